"""`crossdock config explain`, and what a running server says of its configuration."""

import os

import pytest

from crossdock import bootstrap
from crossdock.cli.serve_settings import ServedSettings
from crossdock.settings.loading import load


@pytest.mark.req("L2")
def test_keys_are_explained_with_where_they_were_said(config, crossdock):
    answer = crossdock("config", "explain", "signing", "--json", "-c", config)
    [found] = answer.json["items"]
    assert (found["key"], found["value"], found["source"]) == (
        "security.signing_secret", "secret://file/secrets/signing", "file",
    )  # fmt: skip
    line = int(found["place"].removeprefix("crossdock.yaml:"))
    assert "signing_secret" in config.read_text().splitlines()[line - 1]
    assert any("partners.easypost.fallback" in each for each in answer.json["warnings"])
    shown = crossdock("config", "explain", "easypost", "--given", "-c", config)
    assert "partners.easypost.config.api_key" in shown.out
    assert "partners.easypost.priority" not in shown.out
    assert "no fallback" in shown.err
    secret = (config.parent / "secrets" / "easypost-api-key").read_text().strip()
    assert secret not in shown.out


@pytest.mark.req("L2")
def test_a_server_keeps_what_it_started_with_and_says_what_a_restart_would_change(config):
    loaded = load(config)
    found, _ = bootstrap.installed(loaded)
    known = ServedSettings(config, loaded, found, {"listen.port": 9999}, now=7)
    first = known()
    by_key = {each.key: each for each in first.settings}
    assert (by_key["listen.port"].value, by_key["listen.port"].place) == ("9999", "--port")
    assert (first.pending, first.since) == ((), 7)
    partner = config.parent / "partners" / "easypost.yaml"
    partner.write_text(partner.read_text().replace("connector: easypost\n", "connector: easypost\n    priority: 3\n"))
    changed = known()
    assert [(each.key, each.now, each.then) for each in changed.pending] == [("partners.easypost.priority", "50", "3")]
    assert changed.settings == first.settings
    assert known() is changed  # files that stand still are not read again
    partner.write_text("partners: {easypost: {connector: nobody}}\n")
    os.utime(partner, ns=(1, 1))
    broken = known()
    assert "nobody" in broken.faults[0].text
    assert broken.settings == first.settings
