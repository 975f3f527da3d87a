"""The whole story of one order: what happened, when (occurred, received, processed), who said it, and what followed.

Entries stand in the order in which Crossdock learned of them, so that a cause is above its effect; ``late`` marks a
scan that occurred before one already known, and *before* and *after* are the milestones as they stood at that moment.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from crossdock.model.events import Event, TrackingReported, type_of
from crossdock.model.freight import FreightCharged
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.journey import Journey, add, entry_of
from crossdock.model.milestones import MILESTONES
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.rows import ExceptionRow, ExchangeRow, ShipmentRow
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_delivery import Attempt, BreakerMove
from crossdock.views.charging import charges_of
from crossdock.views.choices import ChoiceLine, choices_of
from crossdock.views.expected import Expected, expected_next
from crossdock.views.packages import PackageLine, packages_of
from crossdock.views.wording import command_name, say

CHANNEL = "co:"
"""Begins the subject of what a channel placed: the beginning of a story whose middle is the delivery."""

_MOST_EXCHANGES = 500
_STAGE = {"message": 0, "attempt": 1, "event": 2, "command": 3, "breaker": 4}


class Ambiguous(LookupError):
    """A reference that belongs to several orders; ``subjects`` are all of them."""

    def __init__(self, reference: str, subjects: list[str]) -> None:
        """Remember the candidates."""
        super().__init__(f"'{reference}' belongs to {len(subjects)} orders: {', '.join(subjects)}")
        self.subjects = subjects


class Entry(Struct, frozen=True, omit_defaults=True):
    """One line of the story. ``kind``: message, event, command, attempt or breaker; ``what`` is the channel, event
    type or command tag; instants are epoch microseconds, ``occurred`` is as the partner said it.
    """

    kind: str
    what: str
    title: str
    who: str
    processed_at: int
    received_at: int = 0
    occurred: Stamp | None = None
    detail: str = ""
    code: str = ""
    verdict: str = ""
    package: str = ""
    before: str = ""
    after: str = ""
    late: bool = False
    exchange_id: str = ""
    event_key: str = ""
    engineer: str = ""


class Story(Struct, frozen=True):
    """Everything about one order; ``scans`` are what carriers told of its packages, by when it happened, ``charges``
    what they ask for them.
    """

    subject: str
    trace_id: str
    row: ShipmentRow | None
    state: FulfilmentState
    packages: tuple[PackageLine, ...]
    entries: tuple[Entry, ...]
    exchanges: tuple[ExchangeRow, ...]
    exceptions: tuple[ExceptionRow, ...]
    expected: tuple[Expected, ...]
    choices: tuple[ChoiceLine, ...] = ()
    scans: tuple[TrackingEvent, ...] = ()
    charges: tuple[FreightCharged, ...] = ()


def story_of(tx: Transaction, reference: str) -> Story | None:
    """The story behind any business reference (order, delivery, tracking number, booking, SSCC, or the subject).

    Raises `Ambiguous` when several orders share the reference; nothing when nobody knows it.
    """
    subject = resolve(tx, reference)
    if subject is None:
        return None
    rows = tx.states.load([subject])
    state = msgspec.json.decode(rows[subject].state, type=FulfilmentState) if subject in rows else FulfilmentState()
    exchanges = _all_exchanges(tx, subject)
    exceptions, _ = tx.views.exceptions(open_only=False, subject=subject, limit=200)
    events = tx.log.of_subject(subject)
    moves = [move for partner in sorted({row.partner for row in exchanges}) for move in _moves(tx, partner)]
    return Story(
        subject=subject,
        trace_id=trace_id_of(subject),
        row=tx.views.shipment(subject),
        state=state,
        packages=packages_of(state),
        entries=timeline(events, exchanges, tx.views.attempts_of(subject), moves),
        exchanges=tuple(exchanges),
        exceptions=tuple(exceptions),
        expected=expected_next(state, exchanges, exceptions),
        choices=choices_of(events),
        scans=_scans(events),
        charges=charges_of(events),
    )


def _scans(events: Sequence[Event]) -> tuple[TrackingEvent, ...]:
    found = [event.body.event for event in events if isinstance(event.body, TrackingReported)]
    return tuple(sorted(found, key=lambda each: (epoch_us(each.occurred), MILESTONES[each.milestone].rank)))


def resolve(tx: Transaction, reference: str) -> str | None:
    """The one subject a reference names exactly; where it names goods and the order they are of, the goods are meant.
    Raises `Ambiguous`.
    """
    subjects = named_by(tx, reference)
    if len(subjects) > 1:
        goods = [each for each in subjects if not each.startswith(CHANNEL)]
        subjects = goods or subjects
    if len(subjects) > 1:
        raise Ambiguous(reference.strip(), subjects)
    return subjects[0] if subjects else None


def named_by(tx: Transaction, reference: str) -> list[str]:
    """Every subject a reference names exactly, in order: a delivery, its sales order, what a channel placed."""
    text = reference.strip()
    if not text:
        return []
    if tx.views.shipment(text) is not None or tx.states.load([text]):
        return [text]
    subjects = sorted({hit.subject for hit in tx.views.search(text) if hit.value == text})
    if len(subjects) > 1:  # carriers use numbers again: what ended long ago is not meant
        subjects = sorted(set(subjects) - tx.log.ended(subjects)) or subjects
    return subjects


def timeline(
    events: Sequence[Event],
    exchanges: Sequence[ExchangeRow],
    attempts: Sequence[Attempt],
    moves: Sequence[BreakerMove] = (),
) -> tuple[Entry, ...]:
    """All rows of one order as one list; pure."""
    rows = {row.id: row for row in exchanges}
    entries = [*_of_events(events), *(_of_exchange(row) for row in exchanges)]
    entries += [_of_attempt(attempt, rows.get(attempt.exchange_id)) for attempt in attempts]
    if entries:
        first, last = min(each.processed_at for each in entries), max(each.processed_at for each in entries)
        entries += [_of_move(move) for move in moves if first <= move.at <= last]
    return tuple(sorted(entries, key=lambda entry: (entry.processed_at, _STAGE[entry.kind])))


def _of_events(events: Sequence[Event]) -> list[Entry]:
    journeys: dict[str, Journey] = {}
    entries = []
    for event in events:
        said = say(event.body)
        before = after = ""
        late = False
        if isinstance(event.body, TrackingReported):
            journey = journeys.setdefault(event.body.event.tracking_number, Journey())
            before = journey.standing.milestone
            late = bool(journey.entries) and epoch_us(event.occurred) < journey.entries[-1].instant
            add(journey, entry_of(event.body.event, event.key))
            after = journey.standing.milestone
        entries.append(
            Entry(
                kind="event",
                what=type_of(event.body),
                title=said.title,
                who=event.source or "crossdock",
                processed_at=event.recorded_at,
                received_at=event.received_at,
                occurred=event.occurred,
                detail=said.detail,
                code=said.code,
                package=said.package,
                before=before,
                after=after,
                late=late,
                exchange_id=event.exchange_id,
                event_key=event.key,
            )
        )
    return entries


def _of_exchange(row: ExchangeRow) -> Entry:
    inbound = row.direction == "inbound"
    return Entry(
        kind="message" if inbound else "command",
        what=row.kind,
        title=f"Message on {row.kind}" if inbound else f"{command_name(row.kind)} → {row.partner}",
        who=row.partner if inbound else "crossdock",
        processed_at=row.received_at,
        received_at=row.received_at,
        detail=row.operator,
        verdict=row.status,
        exchange_id=row.id,
        engineer=row.engineer,
    )


def _of_attempt(attempt: Attempt, row: ExchangeRow | None) -> Entry:
    kind = row.kind if row else ""
    took = (attempt.finished_at - attempt.started_at) / 1_000_000
    return Entry(
        kind="attempt",
        what=kind,
        title=f"{command_name(kind)}, attempt {attempt.number}",
        who=row.partner if row else "",
        processed_at=attempt.finished_at,
        received_at=attempt.started_at,
        detail=attempt.operator or f"answered in {took:.2f} s",
        verdict=attempt.verdict,
        exchange_id=attempt.exchange_id,
        engineer=attempt.engineer,
    )


def _of_move(move: BreakerMove) -> Entry:
    title = f"Circuit breaker of {move.partner}: {move.state}"
    return Entry("breaker", "breaker", title, "crossdock", move.at, detail=move.why, verdict=move.state)


def _moves(tx: Transaction, partner: str) -> list[BreakerMove]:
    return tx.partners.breaker_moves(partner, limit=50)


def _all_exchanges(tx: Transaction, subject: str) -> list[ExchangeRow]:
    rows: list[ExchangeRow] = []
    after = ""
    while len(rows) < _MOST_EXCHANGES:
        page, after = tx.views.exchanges(subject=subject, after=after, limit=100)
        rows += page
        if not after:
            break
    return rows
