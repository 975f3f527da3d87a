"""One section of calendars for everybody; rules still read their old place, and are told to move."""

import pytest

from crossdock.model.routing import is_open
from crossdock.processes.feeds_configured import feed_promises
from crossdock.processes.routing import rule_book
from crossdock.settings.loading import load

COMMON = """\
calendars:
  office: {timezone: Europe/Brussels, hours: {monday: ["08:00-17:00"]}}
  unused: {hours: {sunday: ["08:00-17:00"]}}
"""
RULES = """\
routing:
  timezone: Europe/Brussels
  rules:
    - {name: in hours, when: {during: office}}
    - {name: the rest}
"""
OLD = RULES + '  calendars: {office: {hours: {monday: ["08:00-17:00"]}}}\n'
MONDAY_SEVEN_UTC = 1_795_417_200_000_000
"""2026-11-23 07:00 UTC: 08:00 in Brussels."""


@pytest.fixture
def loaded(tmp_path):
    def run(text):
        path = tmp_path / "crossdock.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path, {})

    return run


@pytest.mark.req("A7")
def test_rules_speak_of_the_common_calendars_and_of_the_old_ones_alike(loaded):
    books = []
    for text in (COMMON + RULES, OLD):
        found = loaded(text)
        assert found.faults == ()
        books.append(rule_book(found.settings.routing, found.settings.calendars))
    for book in books:
        assert sorted(book.calendars) == ["office"]
        assert is_open(book.calendars["office"], MONDAY_SEVEN_UTC)
        assert not is_open(book.calendars["office"], MONDAY_SEVEN_UTC - 1)
    assert books[0].version == books[1].version


@pytest.mark.req("A7", "Q8")
def test_a_calendar_in_both_places_and_one_in_none_are_told(loaded):
    assert [each.key for each in loaded(COMMON + OLD).faults] == ["routing.calendars.office"]
    assert [each.key for each in loaded(RULES).faults] == ["routing.rules[0].when.during"]


@pytest.mark.req("E14", "I8")
def test_what_partners_promised_is_read_with_their_calendars(loaded):
    partners = """\
partners:
  wms:
    connector: warehouse
    sla: {silent_hours: 4, calendar: office, arrivals: {files: {by: ["14:00", "06:00"], calendar: office}}}
  off: {connector: warehouse, enabled: false, sla: {silent_hours: 1}}
processes:
  tracking_watch: {feeds: {wms: 12, ups: 3}}
"""
    found = feed_promises(loaded(COMMON + partners).settings)
    assert found.hours == {"wms": 4, "ups": 3}
    assert found.calendars["wms"].zone == "Europe/Brussels"
    [arrival] = found.arrivals
    assert (arrival.partner, arrival.channel, arrival.minutes) == ("wms", "files", (360, 840))
