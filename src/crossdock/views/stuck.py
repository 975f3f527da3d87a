"""Processes that do not move: what stands in a stage for longer than it may, who is waited for, and since when."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from crossdock.model.calendars import ALWAYS, Calendar, add_working
from crossdock.ports.process import Process
from crossdock.ports.rows import Chosen
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_delivery import DueTimer
from crossdock.ports.stores_processes import Instance
from crossdock.settings.sections import Settings
from crossdock.settings.watching import hours_in
from crossdock.settings.working import calendar_of
from crossdock.views.processes import StageLine, stages

MOST = 100
"""Late ones of a stage which are counted; of more it is only said that there are."""

_OVERDUE = "stage.overdue"
_HOUR = 3_600_000_000
_SHOWN = 25


class Objective(Struct, frozen=True):
    """How many hours a stage may take, counted in the time of ``calendar``."""

    hours: float
    calendar: Calendar = ALWAYS

    def due(self, since: int) -> int:
        """Until when somebody who came ``since`` may stay (epoch microseconds)."""
        return add_working(self.calendar, since, int(self.hours * _HOUR))


Objectives = Mapping[tuple[str, str], Objective]
"""By process and stage; a stage without one may take as long as it takes."""


class Standing(Struct, frozen=True):
    """A stage now: ``late`` of those in it are there for longer than they may (`MOST` at most)."""

    line: StageLine
    late: int
    hours: float


class Held(Struct, frozen=True):
    """One subject in a stage. ``due_at`` is until when it may stay (0: for as long as it takes), ``waits_for`` who has
    to do something; ``timer`` is its next deadline and ``exception_id`` what stands open because it is late.
    """

    subject: str
    name: str
    customer: str
    stage: str
    since: int
    due_at: int
    waits_for: str
    timer: DueTimer | None = None
    exception_id: str = ""


def objectives_of(settings: Settings, known: Mapping[str, Process]) -> dict[tuple[str, str], Objective]:
    """As configured, else as the charts say."""
    given = settings.processes.expectations
    names = given.calendars if given else {}
    calendars = {
        name: calendar_of(settings.calendars[word]) for name, word in names.items() if word in settings.calendars
    }
    return {
        (name, stage.name): Objective(hours, calendars.get(name, ALWAYS))
        for name, process in known.items()
        for stage in (process.chart.stages if process.chart else ())
        if (hours := hours_in(given, name, stage.name, stage.hours)) and stage.waits_for
    }


def standings(tx: Transaction, known: Mapping[str, Process], objectives: Objectives, now: int) -> list[Standing]:
    """Every stage of every process; only stages that hold somebody for too long are looked into."""
    return [_standing(tx, line, objectives.get((line.process, line.stage)), now) for line in stages(tx, known)]


def _standing(tx: Transaction, line: StageLine, objective: Objective | None, now: int) -> Standing:
    if objective is None or not line.count or objective.due(line.oldest) > now:
        return Standing(line, 0, objective.hours if objective else 0.0)
    rows = tx.instances.standing(line.process, line.stage, limit=MOST)
    return Standing(line, sum(objective.due(row.since) <= now for row in rows), objective.hours)


def stuck(
    tx: Transaction, found: Sequence[Standing], objectives: Objectives, now: int, limit: int = _SHOWN
) -> list[Held]:
    """Those of these stages that are there for longer than they may, the longest overdue first."""
    late = [
        (objectives[each.line.process, each.line.stage].due(row.since), each.line.waits_for, row)
        for each in found
        if each.late
        for row in tx.instances.standing(each.line.process, each.line.stage, limit=limit)
    ]
    over = sorted((each for each in late if each[0] <= now), key=lambda each: (each[0], each[2].subject))[:limit]
    return list(_held(tx, [(row, due, who) for due, who, row in over]))


def held_in(
    tx: Transaction, line: StageLine, objective: Objective | None, after: tuple[int, str], limit: int
) -> list[Held]:
    """Those that stand in a stage, the longest there first; ``after`` is (since, subject) of the last seen."""
    rows = tx.instances.standing(line.process, line.stage, after, limit)
    return list(_held(tx, [(row, objective.due(row.since) if objective else 0, line.waits_for) for row in rows]))


def _held(tx: Transaction, rows: Sequence[tuple[Instance, int, str]]) -> Iterator[Held]:
    timers: dict[str, DueTimer] = {}
    for timer in sorted(tx.timers.standing([row.subject for row, _, _ in rows]), key=lambda each: -each.due_at):
        timers[timer.subject] = timer
    open_ones, _ = tx.views.exceptions(chosen=Chosen(kind=_OVERDUE), limit=200) if rows else ([], "")
    late = {(row.subject, row.pointer): row.case.id for row in open_ones}
    for row, due, who in rows:
        order = tx.views.shipment(row.subject)
        yield Held(
            row.subject, order.sales_order or order.name if order else "", order.customer if order else "", row.stage,
            row.since, due, who, timers.get(row.subject), late.get((row.subject, f"/stage/{row.process}"), ""),
        )  # fmt: skip
