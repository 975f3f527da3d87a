"""What the product says of its day, asked as its own pages and interfaces ask it, after all is at rest."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from crossdock.devkit.chaos.invariants import all_exchanges, all_shipments
from crossdock.devkit.chaos.noted import CALLS, JUMP, Fault
from crossdock.devkit.peakday.acting import at
from crossdock.devkit.peakday.staging import Day
from crossdock.model.events import Event, FulfilmentRequested, RecordWritten
from crossdock.ports.rows import ExceptionRow, ExchangeRow
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_delivery import Attempt, BreakerMove

T = TypeVar("T")
_ALL = 100_000
_A_PAGE = 1000
_SERVER_ERROR, _THROTTLED = 500, 429


class Refusal(Struct, frozen=True):
    """A message that was turned away: by whom, with which status, when (virtual seconds)."""

    partner: str
    status: int
    at: float


class Tried(Struct, frozen=True):
    """One attempt: what it was of, when (virtual seconds), the calls in it that failed as (host, method and path), and
    whether another command's attempt made the calls for it.
    """

    command: ExchangeRow
    attempt: Attempt
    since: float
    until: float
    failed: tuple[tuple[str, str], ...]
    led: bool


class Evidence(Struct):
    """The product's figures. ``slack`` is by how many seconds its clocks were off at most, and a little; ``counted``
    are its metrics over all processes, by name and labels.
    """

    inbound: list[ExchangeRow]
    commands: list[ExchangeRow]
    tried: list[Tried]
    events: list[Event]
    names: dict[str, str]
    exceptions: list[ExceptionRow]
    moves: list[BreakerMove]
    refused: list[Refusal]
    counted: dict[tuple[str, ...], float]
    slack: float

    def bodies(self, kind: type[T]) -> list[T]:
        """The bodies of all events of one kind."""
        return [event.body for event in self.events if isinstance(event.body, kind)]


class Handled(Struct, frozen=True):
    """An order as the product tells it: its service level, its carriers, when it was asked for and when its last label
    was written into Odoo (virtual seconds, 0 for never).
    """

    name: str
    level: str
    carriers: frozenset[str]
    asked: float
    labelled: float


async def collected(day: Day, store: Store) -> Evidence:
    """Ask for everything."""
    evidence: Evidence = await store.read(_evidence)
    evidence.counted = _counted(day)
    evidence.slack = slack_of(day)
    return evidence


def slack_of(day: Day) -> float:
    """The most by which a recorded time may be off."""
    return 5.0 + max((abs(float(each.what.split()[0])) for each in day.chaos.faults.of(JUMP)), default=0.0)


def _evidence(tx: Transaction) -> Evidence:
    shipments = all_shipments(tx)
    commands = {row.id: row for row in all_exchanges(tx, "outbound")}
    attempts = [each for row in shipments for each in tx.views.attempts_of(row.subject)]
    events = sorted(
        (event for row in shipments for event in tx.log.of_subject(row.subject)),
        key=lambda each: (each.recorded_at, each.partition, each.position),
    )
    return Evidence(
        inbound=all_exchanges(tx, "inbound"),
        commands=list(commands.values()),
        tried=[_tried(commands[each.exchange_id], each) for each in attempts],
        events=events,
        names={row.subject: row.name for row in shipments},
        exceptions=list(_paged(lambda after: tx.views.exceptions(open_only=False, after=after, limit=_A_PAGE))),
        moves=sorted(tx.partners.breaker_moves(limit=_ALL), key=lambda each: each.at),
        refused=[Refusal(row[1], row[3], at(row[4])) for row in tx.views.refused(limit=_ALL)],
        counted={},
        slack=0.0,
    )


def _paged(ask: Callable[[str], tuple[Sequence[T], str]]) -> Iterator[T]:
    rows, after = ask("")
    yield from rows
    while after:
        rows, after = ask(after)
        yield from rows


def _tried(command: ExchangeRow, attempt: Attempt) -> Tried:
    calls: list[dict[str, Any]] = msgspec.json.decode(attempt.calls)
    failed = [
        (urlsplit(each["url"]).netloc, f"{each['method']} {urlsplit(each['url']).path}")
        for each in calls
        if "url" in each and (each.get("problem") or _is_failure(each.get("status")))
    ]
    return Tried(
        command,
        attempt,
        at(attempt.started_at),
        at(attempt.finished_at),
        tuple(failed),
        any("together_with" in each for each in calls),
    )


def _is_failure(status: int | None) -> bool:
    return status is not None and (status >= _SERVER_ERROR or status == _THROTTLED)


def _counted(day: Day) -> dict[tuple[str, ...], float]:
    """The Prometheus counters of all processes together, those of dead ones too."""
    found: dict[tuple[str, ...], float] = {}
    for machine in day.chaos.machines:
        for family in machine.hub.metrics.registry.collect() if machine.hub else ():
            for sample in family.samples:
                if sample.name.endswith("_total"):
                    key = (sample.name, *sample.labels.values())
                    found[key] = found.get(key, 0.0) + sample.value
    return found


def handled(day: Day, evidence: Evidence, level_of: Callable[[Any], str]) -> list[Handled]:
    """The orders that were not called off, as the product tells them."""
    by_subject: dict[str, list[Event]] = {}
    for event in evidence.events:
        by_subject.setdefault(event.subject, []).append(event)
    found = []
    for subject, events in by_subject.items():
        name = evidence.names[subject]
        asked = [each for each in events if isinstance(each.body, FulfilmentRequested)]
        if name in day.chaos.cancelled or not asked:
            continue
        written = [at(each.recorded_at) for each in events if _is_label(each)]
        carriers = {row.partner for row in evidence.commands if row.subject == subject and row.partner != "odoo"}
        order = asked[0].body.order  # type: ignore[union-attr]
        since = at(min(each.received_at for each in asked))
        found.append(Handled(name, level_of(order), frozenset(carriers), since, max(written, default=0.0)))
    return sorted(found, key=lambda each: each.asked)


def _is_label(event: Event) -> bool:
    return isinstance(event.body, RecordWritten) and event.body.what == "shipping.record.v1"


def struck(day: Day) -> list[Fault]:
    """Every call that was struck."""
    return day.chaos.faults.of(*CALLS)
