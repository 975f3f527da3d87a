"""Pages of every feed as canonical facts. What cannot be read exactly is reported, never guessed."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec
from msgspec import Struct

from crossdock.connectors.odoo.mapping import deliveries, orders, transfers
from crossdock.connectors.odoo.mapping.goods import Fault
from crossdock.connectors.odoo.wire import (
    FORMAT,
    ORDERS_FORMAT,
    TRANSFERS_FORMAT,
    Delivery,
    Removed,
    Sales,
    Transfer,
)
from crossdock.model.events import Fact
from crossdock.model.instants import InvalidInstant
from crossdock.ports.connector import Translation, Unreadable
from crossdock.ports.verdicts import Explanation

_OPERATOR = "Part of a document cannot be read exactly: put it right in Odoo, or report it with the engineer's text."
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Envelope(Struct):
    """A page around its documents, each read by itself so that a bad one does not stop the others."""

    format: str
    deliveries: tuple[msgspec.Raw, ...] | None = None
    orders: tuple[msgspec.Raw, ...] | None = None
    transfers: tuple[msgspec.Raw, ...] | None = None
    removed: tuple[msgspec.Raw, ...] = ()


class _Form(Struct, frozen=True):
    """Where the documents of a format stand in its envelope, and what one of them and a removal say."""

    key: str
    document: Callable[[str, msgspec.Raw, Decimal | None], Fact]
    removal: Callable[[str, int, str], Fact]


def _delivery(partner: str, raw: msgspec.Raw, default_weight: Decimal | None) -> Fact:
    return deliveries.fact_of(partner, msgspec.json.decode(raw, type=Delivery), default_weight)


def _order(partner: str, raw: msgspec.Raw, _default_weight: Decimal | None) -> Fact:
    return orders.fact_of(partner, msgspec.json.decode(raw, type=Sales))


def _transfer(partner: str, raw: msgspec.Raw, _default_weight: Decimal | None) -> Fact:
    return transfers.fact_of(partner, msgspec.json.decode(raw, type=Transfer))


_FORMS: Mapping[str, _Form] = {
    FORMAT: _Form("deliveries", _delivery, deliveries.removed_delivery),
    ORDERS_FORMAT: _Form("orders", _order, orders.removed_order),
    TRANSFERS_FORMAT: _Form("transfers", _transfer, transfers.removed_transfer),
}


def translate_page(partner: str, body: bytes, default_weight: Decimal | None) -> Translation:
    """The facts of a page, and what of it could not be read. Never raises, whatever the bytes."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except _UNREADABLE as reason:
        return _unreadable("", f"not a page of an Odoo feed: {reason}")
    form = _FORMS.get(envelope.format)
    if form is None:
        return _unreadable("/format", f"format '{envelope.format}' is none of {', '.join(_FORMS)}")
    documents: tuple[msgspec.Raw, ...] | None = getattr(envelope, form.key)
    if documents is None:
        return _unreadable("", f"not a page of an Odoo feed: it has no {form.key}")
    facts, problems = [], []
    for key, rows in ((form.key, documents), ("removed", envelope.removed)):
        for index, raw in enumerate(rows):
            read = _read(partner, form, key, raw, default_weight)
            if isinstance(read, Fact):
                facts.append(read)
            else:
                problems.append(Unreadable(f"/{key}/{index}{read[0]}", Explanation(_OPERATOR, read[1])))
    return Translation(tuple(facts), tuple(problems))


def _read(
    partner: str, form: _Form, key: str, raw: msgspec.Raw, default_weight: Decimal | None
) -> Fact | tuple[str, str]:
    """One document's fact, or where in it (JSON pointer) what is wrong."""
    try:
        if key == "removed":
            gone = msgspec.json.decode(raw, type=Removed)
            return form.removal(partner, gone.id, gone.changed_at)
        return form.document(partner, raw, default_weight)
    except Fault as fault:
        return fault.pointer, str(fault)
    except (*_UNREADABLE, InvalidInstant) as reason:
        return "", str(reason)


def _unreadable(pointer: str, reason: str) -> Translation:
    return Translation(problems=(Unreadable(pointer, Explanation(_OPERATOR, reason)),))
