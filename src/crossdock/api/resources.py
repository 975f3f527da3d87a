"""The resources of /v1 as callers see them: times in RFC 3339, ids and words as elsewhere."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from crossdock.api.words import Why
from crossdock.model.events import Event
from crossdock.model.instants import rfc3339
from crossdock.ports import rows
from crossdock.ports.stores_delivery import Attempt as AttemptRow
from crossdock.ports.stores_delivery import BreakerMove, Health
from crossdock.views.timeline import Entry, Story

Next = Annotated[str, Meta(description="Cursor of the next page; empty at the end.")]


class Shipment(Struct, frozen=True):
    """A delivery order in a list."""

    id: str
    name: str
    sales_order: str
    customer: str
    city: str
    country: str
    carrier: str
    phase: str
    milestone: str
    packages: int
    tracking_numbers: tuple[str, ...]
    exceptions: int
    updated_at: str


class Shipments(Struct, frozen=True):
    """A page of delivery orders, last changed first."""

    items: list[Shipment]
    next: Next = ""


class TimelineEntry(Struct, frozen=True, omit_defaults=True):
    """One line of an order's story; see `kind`: message, event, command, attempt, breaker."""

    kind: str
    what: str
    title: str
    who: str
    processed_at: str
    received_at: str = ""
    occurred_at: str = ""
    detail: str = ""
    code: str = ""
    verdict: str = ""
    package: str = ""
    milestone_before: str = ""
    milestone_after: str = ""
    late: bool = False
    exchange_id: str = ""
    event_id: str = ""
    engineer: str = ""


class ExpectedNext(Struct, frozen=True):
    """Something that should happen next."""

    who: str
    what: str
    why: str


class Timeline(Struct, frozen=True):
    """The whole story of one order, in the order in which Crossdock learned of it."""

    id: str
    trace_id: str
    entries: list[TimelineEntry]
    expected: list[ExpectedNext]


class Exchange(Struct, frozen=True):
    """One message, in or out, without its body."""

    id: str
    direction: str
    partner: str
    kind: str
    shipment_id: str
    status: str
    received_at: str
    settled_at: str
    attempts: int
    operator: str
    engineer: str
    trace_id: str
    size: int


class Exchanges(Struct, frozen=True):
    """A page of exchanges, newest first."""

    items: list[Exchange]
    next: Next = ""


class Attempt(Struct, frozen=True):
    """One try of a command, with the calls made (secrets removed)."""

    number: int
    started_at: str
    finished_at: str
    verdict: str
    operator: str
    engineer: str
    calls: list[Any]


class CloudEvent(Struct, frozen=True):
    """A canonical event in its CloudEvents 1.0 envelope."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    sequence: str
    traceparent: str
    exchange: str
    data: dict[str, Any]
    occurred: Any = None


class ExchangeWhole(Struct, frozen=True):
    """One exchange with its events and attempts; the body is at ``…/body``. ``corrects`` is the message it stands for,
    ``corrected_by`` the one that stands for it.
    """

    exchange: Exchange
    content_type: str
    path: str
    headers: dict[str, str]
    body_gone: bool
    cause: str
    events: list[CloudEvent]
    attempts: list[Attempt]
    corrects: str = ""
    corrected_by: str = ""


class Events(Struct, frozen=True):
    """A page of the event log."""

    items: list[CloudEvent]
    next: Next = ""


class Hit(Struct, frozen=True):
    """A search hit: which name matched which shipment."""

    shipment_id: str
    kind: str
    value: str


class Hits(Struct, frozen=True):
    """Search hits, exact ones first."""

    items: list[Hit]


class Move(Struct, frozen=True):
    """A change of a partner's circuit breaker."""

    at: str
    state: str
    why: str


class Partner(Struct, frozen=True):
    """A partner as all workers see it."""

    id: str
    breaker: str
    failures: int
    paused: bool
    attention: str
    not_before: str
    moves: list[Move]


class Partners(Struct, frozen=True):
    """All configured partners."""

    items: list[Partner]


class Retried(Struct, frozen=True):
    """How many exchanges go on."""

    retried: int


class ReplayRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Which messages to read again: by ``ids``, ``partner``, time of receipt and ``flow`` (a process such as
    ``order_to_ship``, or a family of events such as ``tracking``); all hold together. ``dry_run`` only tells.
    """

    reason: Why
    ids: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(min_length=1, max_length=1000)] = []
    partner: Annotated[str, Meta(min_length=1, max_length=40)] = ""
    flow: Annotated[str, Meta(min_length=1, max_length=40)] = ""
    since: Annotated[datetime, Meta(tz=True)] | UnsetType = UNSET
    until: Annotated[datetime, Meta(tz=True)] | UnsetType = UNSET
    effects: bool = False
    dry_run: bool = True


class PlannedCall(Struct, frozen=True):
    """One outside call of a replay."""

    partner: str
    kind: str
    shipment_id: str


class Replayed(Struct, frozen=True):
    """What a replay did, or would do (``dry_run``): ``changed`` are the shipments that become others, ``calls`` the
    outside calls that are made, ``held_back`` those that are not because effects are off.
    """

    dry_run: bool
    messages: int
    reopened: int
    changed: list[str]
    calls: list[PlannedCall]
    held_back: list[PlannedCall] = []


def at(instant: int) -> str:
    """RFC 3339, or nothing where nothing happened yet."""
    return rfc3339(instant) if instant else ""


def shipment(row: rows.ShipmentRow) -> Shipment:
    """A row as a resource."""
    return Shipment(
        id=row.subject,
        name=row.name,
        sales_order=row.sales_order,
        customer=row.customer,
        city=row.city,
        country=row.country,
        carrier=row.carrier,
        phase=row.phase,
        milestone=row.milestone,
        packages=row.packages,
        tracking_numbers=tuple(part.strip() for part in row.tracking_numbers.split(",") if part.strip()),
        exceptions=row.exceptions,
        updated_at=at(row.updated_at),
    )


def entry(line: Entry) -> TimelineEntry:
    """A line of the story as a resource."""
    return TimelineEntry(
        kind=line.kind,
        what=line.what,
        title=line.title,
        who=line.who,
        processed_at=at(line.processed_at),
        received_at=at(line.received_at),
        occurred_at=line.occurred.at if line.occurred else "",
        detail=line.detail,
        code=line.code,
        verdict=line.verdict,
        package=line.package,
        milestone_before=line.before,
        milestone_after=line.after,
        late=line.late,
        exchange_id=line.exchange_id,
        event_id=line.event_key,
        engineer=line.engineer,
    )


def timeline(story: Story) -> Timeline:
    """A story as a resource."""
    expected = [ExpectedNext(each.who, each.what, each.why) for each in story.expected]
    return Timeline(story.subject, story.trace_id, [entry(line) for line in story.entries], expected)


def exchange(row: rows.ExchangeRow) -> Exchange:
    """A row as a resource."""
    return Exchange(
        id=row.id,
        direction=row.direction,
        partner=row.partner,
        kind=row.kind,
        shipment_id=row.subject,
        status=row.status,
        received_at=at(row.received_at),
        settled_at=at(row.settled_at),
        attempts=row.attempts,
        operator=row.operator,
        engineer=row.engineer,
        trace_id=row.trace_id,
        size=row.size,
    )


def cloudevent(event: Event) -> CloudEvent:
    """An event in its envelope."""
    return msgspec.convert(event.cloudevent(), CloudEvent)


def attempt(row: AttemptRow) -> Attempt:
    """An attempt as a resource."""
    calls = msgspec.json.decode(row.calls)
    return Attempt(
        row.number,
        at(row.started_at),
        at(row.finished_at),
        row.verdict,
        row.operator,
        row.engineer,
        calls if isinstance(calls, list) else [calls],
    )


def whole(detail: rows.ExchangeDetail) -> ExchangeWhole:
    """An exchange with all that came of it."""
    return ExchangeWhole(
        exchange=exchange(detail.row),
        content_type=detail.content_type,
        path=detail.path,
        headers=detail.headers,
        body_gone=detail.body_gone,
        cause=detail.cause,
        events=[cloudevent(each) for each in detail.events],
        attempts=[attempt(each) for each in detail.attempts],
        corrects=detail.corrects.original_id if detail.corrects else "",
        corrected_by=detail.corrected.exchange_id if detail.corrected else "",
    )


def partner(name: str, health: Health, moves: list[BreakerMove]) -> Partner:
    """A partner's health and its breaker's moves, newest first."""
    return Partner(
        id=name,
        breaker="open" if health.opened_at else "closed",
        failures=health.failures,
        paused=health.paused,
        attention=health.attention,
        not_before=at(health.not_before),
        moves=[Move(at(move.at), move.state, move.why) for move in moves],
    )
