"""Bridges, webhooks and subscriptions are checked with everything else, before anything starts."""

import sys

import pytest
from prometheus_client import CollectorRegistry

from crossdock import bootstrap
from crossdock.bridges.joining import fan_out
from crossdock.transports.libraries import MissingLibrary

GOOD = """\
partners:
  yard: {connector: easypost, config: {api_key: secret://env/KEY}}
bridges:
  analytics: {nats: {servers: ["nats://127.0.0.1:4222"]}, types: ["tracking.*"]}
webhooks:
  portal: {url: "https://portal.example/hook", secrets: [secret://env/HOOK]}
subscriptions:
  scans: {partner: yard, channel: events, rabbitmq: {queue: yard}}
"""


def loaded(folder, text):
    path = folder / "crossdock.yaml"
    path.write_text(text)
    return bootstrap.load(path)


def test_what_is_good_is_read(tmp_path):
    installation, faults = loaded(tmp_path, GOOD)
    assert faults == ()
    settings = installation.settings
    assert settings.bridges["analytics"].nats.stream == "CROSSDOCK"
    assert (settings.webhooks["portal"].disable_after_days, settings.subscriptions["scans"].unwrap) == (5.0, False)


@pytest.mark.req("I2")
@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('nats: {servers: ["nats://127.0.0.1:4222"]}, ', "", "bridges.analytics", "exactly one of"),
        ("rabbitmq: {queue: yard}", "rabbitmq: {queue: yard}, mqtt: {topic: y}", "subscriptions.scans", "not 2"),
        ("  portal:", "  analytics:", "webhooks.analytics", "is the name of a bridge too"),
        ("partner: yard,", "partner: yrad,", "subscriptions.scans.partner", "'yrad' is not among the partners"),
        ("[secret://env/HOOK]", "[whsec_abc]", "webhooks.portal.secrets[0]", "secret reference"),
        ("https://portal.example/hook", "ftp://portal.example", "webhooks.portal.url", "regex"),
        ("{queue: yard}", "{queue: yard, password: plain}", "subscriptions.scans.rabbitmq.password", "secret"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_place(tmp_path, old, new, key, said):
    assert old in GOOD
    _, faults = loaded(tmp_path, GOOD.replace(old, new))
    found = [fault for fault in faults if fault.key == key]
    assert found, faults
    assert said in f"{found[0].text} {found[0].hint}"
    assert found[0].line > 0


def test_a_missing_client_library_is_named_with_what_to_install(tmp_path, monkeypatch):
    installation, _ = loaded(tmp_path, GOOD)
    monkeypatch.setitem(sys.modules, "nats", None)
    monkeypatch.delitem(sys.modules, "crossdock.bridges.nats", raising=False)
    with pytest.raises(MissingLibrary, match=r"pip install 'crossdock\[nats\]'"):
        fan_out(installation.settings, installation.secrets, None, None, None, CollectorRegistry())


def test_what_is_not_enabled_needs_no_library_and_does_nothing(tmp_path, monkeypatch):
    text = GOOD.replace("types: [", "enabled: false, types: [")
    text = text.replace("channel: events,", "channel: events, enabled: false,")
    installation, faults = loaded(tmp_path, text)
    assert faults == ()
    monkeypatch.setitem(sys.modules, "nats", None)
    monkeypatch.delitem(sys.modules, "crossdock.bridges.nats", raising=False)
    made = fan_out(installation.settings, installation.secrets, None, None, None, CollectorRegistry())
    assert ([each.name for each in made.outboxes], made.subscriptions) == (["portal"], ())
