"""Channels and routes of alerts: every fault at its line."""

import pytest

from crossdock.settings.loading import load

TEXT = """\
calendars:
  office: {hours: {monday: ["08:00-17:00"]}}
partners:
  post: {connector: mail, enabled: false}
  ups: {connector: ups}
alerts:
  channels:
    both: {mail: {partner: post, to: [ops@example.com]}, webhook: {url: "https://x.example", secrets: [secret://env/X]}}
    none: {}
    letters: {mail: {partner: ups, to: [ops, owner, told]}}
  routes:
    - {to: [pager], outside: [lettrs], hours: night, owners: [nobody], kinds: [no.kind]}
    - {to: [letters], hours: office, owners: [operations], severities: [loud]}
"""


@pytest.mark.req("L18", "Q8")
def test_words_that_nothing_has_are_told_at_their_line(tmp_path):
    path = tmp_path / "crossdock.yaml"
    path.write_text(TEXT, encoding="utf-8")
    found = [(each.line, each.key) for each in load(path, {}).faults if each.key.startswith("alerts")]
    assert found == [
        (8, "alerts.channels.both"),
        (8, "alerts.channels.both.mail.partner"),
        (9, "alerts.channels.none"),
        (10, "alerts.channels.letters.mail.partner"),
        (10, "alerts.channels.letters.mail.to[0]"),
        (12, "alerts.routes[0].hours"),
        (12, "alerts.routes[0].kinds[0]"),
        (12, "alerts.routes[0].outside[0]"),
        (12, "alerts.routes[0].owners[0]"),
        (12, "alerts.routes[0].to[0]"),
        (13, "alerts.routes[1].severities[0]"),
    ]
