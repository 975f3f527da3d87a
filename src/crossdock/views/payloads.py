"""One message three ways, side by side: what was received, what it means, what was sent because of it."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from crossdock.backbone.drift import standing
from crossdock.model.events import Event, TrackingReported
from crossdock.ports.rows import ExchangeDetail, ExchangeRow
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_delivery import Attempt
from crossdock.ports.stores_mapping import Ruling

_MOST_EFFECTS = 100


class Sheet(Struct, frozen=True):
    """One payload: ``title`` above it, ``text`` in it; ``note`` says why it is missing."""

    title: str
    text: str = ""
    note: str = ""
    exchange_id: str = ""


class Payloads(Struct, frozen=True):
    """The three columns of one exchange; ``ruled`` is what people ruled about its partner's codes, by code."""

    detail: ExchangeDetail
    received: tuple[Sheet, ...]
    canonical: tuple[Sheet, ...]
    sent: tuple[Sheet, ...]
    ruled: Mapping[str, Ruling] = {}


def payloads_of(tx: Transaction, exchange_id: str) -> Payloads | None:
    """Received, canonical and sent for an exchange of either direction; nothing when there is no such exchange."""
    detail = tx.views.exchange(exchange_id)
    if detail is None:
        return None
    return _of_inbound(tx, detail) if detail.row.direction == "inbound" else _of_outbound(tx, detail)


def pretty(data: bytes) -> str:
    """JSON indented; other text as it is; bytes that are no text by their length."""
    try:
        return msgspec.json.format(data, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            return data.decode()
        except UnicodeDecodeError:
            return f"{len(data):,} bytes that are no text, beginning {data[:32].hex(' ')}"


def _of_inbound(tx: Transaction, detail: ExchangeDetail) -> Payloads:
    sent = []
    keys = {event.key for event in detail.events}
    for row in _outbound(tx, sorted({event.subject for event in detail.events})):
        effect = tx.views.exchange(row.id)
        if effect is not None and effect.cause in keys:
            sent += _calls(effect)
    return Payloads(
        detail,
        (_body(detail),),
        tuple(_event(event) for event in detail.events) or (Sheet("", note=_nothing_made(detail.row)),),
        tuple(sent) or (Sheet("", note="Nothing was sent because of this message."),),
        _rulings(tx, detail),
    )


def _rulings(tx: Transaction, detail: ExchangeDetail) -> dict[str, Ruling]:
    if not any(isinstance(each.body, TrackingReported) for each in detail.events):
        return {}
    in_force = standing(tx.mappings.rulings()).in_force
    return {name: held for (who, kind, name), held in in_force.items() if (who, kind) == (detail.row.partner, "code")}


def _of_outbound(tx: Transaction, detail: ExchangeDetail) -> Payloads:
    cause = next((each for each in tx.log.of_subject(detail.row.subject) if each.key == detail.cause), None)
    origin = tx.views.exchange(cause.exchange_id) if cause is not None and cause.exchange_id else None
    if origin is not None and origin.row.direction == "inbound":
        received = _body(origin)
    elif origin is not None:
        text = pretty(origin.attempts[-1].calls) if origin.attempts else ""
        received = Sheet(f"Answer of {origin.row.partner}", text, exchange_id=origin.row.id)
    else:
        received = Sheet("", note="A decision of Crossdock itself led to this command.")
    command = Sheet(f"Command {detail.row.kind}", pretty(detail.body), exchange_id=detail.row.id)
    causes = (_event(cause),) if cause is not None else ()
    return Payloads(detail, (received,), (*causes, command), tuple(_calls(detail)))


def _body(detail: ExchangeDetail) -> Sheet:
    title = f"Received from {detail.row.partner} · {detail.row.kind}"
    if detail.body_gone:
        return Sheet(title, note="The bytes are gone: their retention is over.", exchange_id=detail.row.id)
    return Sheet(title, pretty(detail.body), exchange_id=detail.row.id)


def _event(event: Event) -> Sheet:
    envelope = event.cloudevent()
    return Sheet(str(envelope["type"]), pretty(msgspec.json.encode(envelope)), exchange_id=event.exchange_id)


def _calls(detail: ExchangeDetail) -> list[Sheet]:
    title = f"{detail.row.kind} → {detail.row.partner}"
    if not detail.attempts:
        return [Sheet(title, note=f"Not sent yet ({detail.row.status}).", exchange_id=detail.row.id)]
    return [
        _attempt(f"{title} · attempt {each.number}: {each.verdict}", each, detail.row.id) for each in detail.attempts
    ]


def _attempt(title: str, attempt: Attempt, exchange_id: str) -> Sheet:
    if attempt.calls in {b"", b"[]"}:
        return Sheet(
            title, note="No call was recorded: it never left, or its record was lost.", exchange_id=exchange_id
        )
    return Sheet(title, pretty(attempt.calls), exchange_id=exchange_id)


def _outbound(tx: Transaction, subjects: list[str]) -> list[ExchangeRow]:
    rows: list[ExchangeRow] = []
    for subject in subjects[:5]:  # a feed page may speak of hundreds of orders; the first ones show the pattern
        page, _ = tx.views.exchanges(subject=subject, direction="outbound", limit=_MOST_EFFECTS)
        rows += page
    return rows


def _nothing_made(row: ExchangeRow) -> str:
    if row.status == "received":
        return "Not translated yet."
    if row.status == "corrected":
        return "A person put it right: what it should have said is in its correction."
    if row.status == "parked":
        return "Parked: it could not be read exactly, so nothing was made of it."
    return f"No event of its own ({row.status})."
