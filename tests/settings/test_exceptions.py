"""Calendars, teams and the ownership matrix: read whole, or every fault told at its line."""

from pathlib import Path

import pytest

from crossdock.model.calendars import add_working
from crossdock.model.exception_kinds import KINDS
from crossdock.processes.exceptions_configured import desk_policy, exception_processes, matrix
from crossdock.settings.loading import load

GOOD = """\
calendars:
  office:
    timezone: Europe/Brussels
    hours: {monday: ["08:00-12:00", "13:00-17:00"], tuesday: ["08:00-17:00"]}
    holidays: ["2026-12-25", "2026-12-28..2027-01-01"]
exceptions:
  default_queue: everybody
  teams:
    everybody: {members: [ann]}
    customs: {calendar: office, ladder: [{to: lead}, {to: head, after_minutes: 60}]}
  owners: {customs: customs, documents: customs}
  promises: {customs: {resolve_minutes: 60}, shipment.customs: {severity: critical}}
  activities: {from_severity: critical, kinds: [shipment.damage]}
  carriers: {proof_hours: 24, ignore: [shipment.held]}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "crossdock.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[tuple[int, str]]:
    return [(each.line, each.key) for each in load(write(folder, text), {}).faults]


@pytest.mark.req("H9")
def test_what_is_configured_is_what_the_desk_decides_by(tmp_path):
    loaded = load(write(tmp_path, GOOD), {})
    assert loaded.faults == ()
    given = loaded.settings.exceptions
    policy = desk_policy(given, loaded.settings.calendars)
    customs = KINDS["shipment.customs"]
    promise = policy.promise_of(customs, customs.category)
    assert (policy.owner_of(customs, "customs"), promise.severity, promise.resolve) == (
        "customs", "critical", 3_600_000_000
    )  # fmt: skip
    assert [(step.to, step.after_minutes) for step in policy.team("customs").ladder] == [("lead", None), ("head", 60)]
    # Monday 21 December 2026, 16:30 in Brussels: half an hour is left of the day, Tuesday goes on at eight
    monday = 1_797_867_000_000_000
    assert add_working(policy.team("customs").calendar, monday, promise.resolve) == monday + 16 * 3_600_000_000
    assert policy.wants_activity(KINDS["shipment.damage"], "high")
    assert not policy.wants_activity(KINDS["shipment.loss"], "high")
    assert [each.name for each in exception_processes(given, loaded.settings.calendars)] == [
        "tracking_exceptions", "exception_desk"
    ]  # fmt: skip


@pytest.mark.req("H9")
def test_the_matrix_says_what_nobody_owns(tmp_path):
    settings = load(write(tmp_path, GOOD), {}).settings
    rows = {each.kind.kind: (each.owner, each.unowned) for each in matrix(settings.exceptions, settings.calendars)}
    assert rows["shipment.customs"] == ("customs", False)
    assert rows["customs.incomplete"] == ("customs", False)
    assert rows["shipment.damage"] == ("everybody", True)
    assert set(rows) == set(KINDS)


def test_it_may_be_switched_off(tmp_path):
    settings = load(write(tmp_path, "exceptions: {enabled: false, carriers: {enabled: false}}\n"), {}).settings
    assert exception_processes(settings.exceptions) == []


@pytest.mark.req("H9", "E14")
def test_every_fault_of_calendars_and_exceptions_shows_at_its_line(tmp_path):
    text = """\
calendars:
  always: {hours: {monday: ["08:00-12:00"]}}
  never: {hours: {}}
  lost: {timezone: Europe/Atlantis, hours: {monday: ["08:00-12:00"]}}
  back: {hours: {monday: ["12:00-08:00"]}}
  leap: {hours: {monday: ["08:00-12:00"]}, holidays: ["2026-02-30"]}
exceptions:
  teams:
    desk: {calendar: nowhere}
  owners:
    customs: nobody
    custom: desk
  promises:
    lots: {severity: high}
  carriers: {ignore: [shipment.nothing]}
"""
    assert faults(tmp_path, text) == [
        (2, "calendars.always"),
        (3, "calendars.never"),
        (4, "calendars.lost"),
        (5, "calendars.back"),
        (6, "calendars.leap"),
        (9, "exceptions.teams.desk.calendar"),
        (11, "exceptions.owners.customs"),
        (12, "exceptions.owners.custom"),
        (14, "exceptions.promises.lots"),
        (15, "exceptions.carriers.ignore[0]"),
    ]
