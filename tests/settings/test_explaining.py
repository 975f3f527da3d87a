"""Every key with its value and where it was said; a secret is never shown."""

from pathlib import Path

import pytest

from crossdock.catalog import connectors
from crossdock.settings.explaining import chosen, explained, moved_on
from crossdock.settings.loading import load

YAML = """\
environment: sandbox
include: [partners/*.yaml]
listen:
  port: 8443
retry: {timeout: {schedule: [2, 5], park_after: 9}}
"""
PARTNER = """\
partners:
  easypost:
    connector: easypost
    config:
      api_key: secret://env/KEY
      webhook_secrets: [secret://file/one, secret://env/TWO]
"""
TYPES = {"easypost": connectors().working()["easypost"].config}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "crossdock.yaml").write_text(YAML)
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "easypost.yaml").write_text(PARTNER)
    return tmp_path


def told(folder: Path, **environ):
    loaded = load(folder / "crossdock.yaml", environ)
    assert loaded.whole is not None, loaded.faults
    return {each.key: each for each in explained(loaded.whole, TYPES, loaded.root)}


@pytest.mark.req("L2")
def test_each_value_says_the_file_and_line_the_variable_or_the_default_it_is_of(folder):
    rows = told(folder, CROSSDOCK__LISTEN__HOST="0.0.0.0")  # noqa: S104 - only a word here
    said = {key: (rows[key].value, rows[key].source, rows[key].place) for key in rows}
    assert said["environment"] == ("sandbox", "file", "crossdock.yaml:1")
    assert said["listen.port"] == ("8443", "file", "crossdock.yaml:4")
    assert said["listen.host"] == ("0.0.0.0", "variable", "CROSSDOCK__LISTEN__HOST")  # noqa: S104
    assert said["project.timezone"] == ("UTC", "default", "")
    assert said["retry.timeout.park_after"] == ("9", "file", "crossdock.yaml:5")
    assert said["partners.easypost.connector"][1:] == ("file", "partners/easypost.yaml:3")
    assert said["partners.easypost.config.label_format"] == ("PDF", "default", "")
    assert said["partners.easypost.throttle.burst"][1] == "default"
    assert "Port to listen on" in rows["listen.port"].about


@pytest.mark.req("L2")
def test_secrets_are_references_and_passwords_in_addresses_are_hidden(folder):
    rows = told(folder, CROSSDOCK__STORE__URL="postgresql://crossdock:geheim@db/x")
    assert rows["store.url"].value == "postgresql://crossdock:…@db/x"
    key = rows["partners.easypost.config.api_key"]
    assert (key.value, key.secret) == ("secret://env/KEY", True)
    assert rows["partners.easypost.config.webhook_secrets"].value == '["secret://file/one","secret://env/TWO"]'
    assert not any("geheim" in each.value for each in rows.values())


def test_words_find_keys_values_places_and_meanings(folder):
    rows = told(folder).values()
    assert [each.key for each in chosen(rows, "LISTEN 8443")] == ["listen.port"]
    assert {each.key for each in chosen(rows, "easypost.yaml:5")} == {"partners.easypost.config.api_key"}
    given = chosen(rows, given=True)
    assert {each.key for each in given} == {
        "environment", "listen.port", "retry.timeout.schedule", "retry.timeout.park_after",
        "partners.easypost.connector",
        "partners.easypost.config.api_key", "partners.easypost.config.webhook_secrets",
    }  # fmt: skip
    assert chosen(rows, "nothing has this") == ()


@pytest.mark.req("L2")
def test_what_files_say_by_now_takes_a_restart(folder):
    before = tuple(told(folder).values())
    (folder / "crossdock.yaml").write_text("# moved down a line\n" + YAML.replace("8443", "9000") + "kpis: {}\n")
    (folder / "partners" / "easypost.yaml").write_text(
        PARTNER.replace("easypost:\n", "easypost:\n    priority: 3\n", 1)
    )
    after = tuple(told(folder).values())
    found = {each.key: (each.now, each.then) for each in moved_on(before, after)}
    assert found == {"listen.port": ("8443", "9000"), "partners.easypost.priority": ("50", "3")}
    assert moved_on(before, before) == ()
