"""What people and programs did, as pages, API and command line show it: over which door, and about what."""

import re
from collections.abc import Sequence

from msgspec import Struct

from crossdock.model.events import Event
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_doors import Audited, AuditRow

_DOORS = {"tower": "page", "cli": "command line", "partner": "partner desk"}
_ALONE = {"customer": "tracking page"}
_CLIENT = re.compile(r"[0-9a-f]{12}")
_MESSAGE = re.compile(r"[0-9A-Za-z]{26}")
_SUBJECT = re.compile(r"[a-z]+:\S+")
_OF_ORDERS = frozenset({"desk", "exception", "review", "slot", "tracking", "proof", "customer", "payment", "personal"})
_OF_PARTNERS = frozenset({"partner", "reconciliation", "mapping"})
_KINDS = {"client": "client", "token": "client", "outbox": "outbox"}
_MOST_FACTS = 20
_DEEDS = {
    "bytes.purge": "Old bytes deleted", "client.create": "API client added", "client.revoke": "API client ended",
    "client.rotate": "API client's secret renewed", "customer.unsubscribe": "Customer unsubscribed",
    "desk.address.check.v1": "Address check asked for", "desk.book": "Booking asked for",
    "desk.invite": "Link to the partner desk made", "desk.manifest.close.v1": "Manifest asked for",
    "desk.pickup.cancel.v1": "Pickup cancelled", "desk.pickup.schedule.v1": "Pickup asked for",
    "desk.receive_return": "Return received by hand", "desk.redeliver": "Redelivery chosen",
    "desk.refuse_return": "Return refused", "desk.return": "Return label asked for",
    "desk.return_goods": "Return announced", "desk.void": "Label voided", "exchange.discard": "Message discarded",
    "exchange.replay": "Messages read again", "exchange.retry": "Message let go on", "fetch": "Log fetched back",
    "filter.forget": "Filter forgotten", "filter.save": "Filter kept",
    "outbox.disable": "Outbox switched off", "outbox.enable": "Outbox switched on",
    "outbox.resend": "Events sent again",
    "partner.limit": "Pace of a partner set", "partner.pause": "Partner paused", "partner.resume": "Partner resumed",
    "partner.told": "Told at the partner desk", "personal.unmask": "Personal data shown",
    "proof.opened": "Proof of delivery opened",
    "proof.refused": "Proof of delivery refused", "rebuild": "Read models rebuilt",
    "reconciliation.run": "Reconciled", "retention.run": "Retention run", "slot.release": "Delivery slot released",
    "token.issue": "Access token issued", "tower.enter": "Entered the tower", "tower.invite": "Somebody invited",
    "tracking.link": "Tracking link made",
}  # fmt: skip


class AuditLine(Struct, frozen=True):
    """One entry: ``door`` is page, API, command line, partner desk, tracking page or Crossdock itself, ``who`` the
    actor without it (a client by its name), ``about`` what ``about_id`` is: order, message, partner, client, outbox, or
    "" where it is only named.
    """

    seq: int
    at: int
    actor: str
    door: str
    who: str
    action: str
    target: str
    detail: str
    about: str
    about_id: str


class AuditWhole(Struct, frozen=True):
    """One entry with the facts that were written down in the same transaction about the same order."""

    line: AuditLine
    facts: Sequence[Event]


def audit_lines(tx: Transaction, chosen: Audited, *, after: str = "", limit: int = 50) -> tuple[list[AuditLine], str]:
    """Entries, newest first, and the cursor of the next page; see `crossdock.ports.stores_doors.Doors.audited`."""
    rows, following = tx.doors.audited(chosen, after=after, limit=limit)
    clients = {each.id: each.name for each in tx.doors.clients()} if rows else {}
    return [line_of(row, clients.get(row.actor, "")) for row in rows], following


def audit_whole(tx: Transaction, seq: int) -> AuditWhole | None:
    """One entry with its facts; None where there is none of this number."""
    row = tx.doors.audit_entry(seq)
    if row is None:
        return None
    client = tx.doors.client(row.actor) if _CLIENT.fullmatch(row.actor) else None
    line = line_of(row, client.name if client else "")
    events = tx.log.of_subject(line.about_id) if line.about == "order" else []
    return AuditWhole(line, [each for each in events if each.recorded_at == row.at][:_MOST_FACTS])


def line_of(row: AuditRow, client: str = "") -> AuditLine:
    """An entry with its door and its object; ``client`` is the name of the API client it is of, if it is one's."""
    door, who = _door(row.actor, client)
    about, about_id = _object(row.action, row.target)
    return AuditLine(row.seq, row.at, row.actor, door, who, row.action, row.target, row.detail, about, about_id)


def deed_name(action: str) -> str:
    """What was done as people say it; an action without words of its own by its parts.

    >>> deed_name("desk.void"), deed_name("exception.assign")
    ('Label voided', 'Exception: assign')
    """
    family, _, deed = action.partition(".")
    plain = f"{family}: {deed}" if deed else family
    return _DEEDS.get(action, plain.replace("_", " ").replace(".", " ").capitalize())


def _door(actor: str, client: str) -> tuple[str, str]:
    """Which door, and who came through it.

    >>> _door("tower:mara", ""), _door("cli:root", ""), _door("retention", "")
    (('page', 'mara'), ('command line', 'root'), ('Crossdock itself', 'retention'))
    """
    if client or _CLIENT.fullmatch(actor):
        return "API", client or actor
    kind, separator, who = actor.partition(":")
    if separator and kind in _DOORS:
        return _DOORS[kind], who
    return _ALONE.get(actor, "Crossdock itself"), actor


def _object(action: str, target: str) -> tuple[str, str]:
    """What an entry is about, as far as its words say.

    >>> _object("desk.void", "do:odoo:7"), _object("exchange.retry", "12 messages"), _object("mapping.accept", "gls/X1")
    (('order', 'do:odoo:7'), ('', ''), ('partner', 'gls'))
    """
    family = action.partition(".")[0]
    if family in {"exchange", "partner"} and _MESSAGE.fullmatch(target):
        return "message", target
    if family in _OF_ORDERS and _SUBJECT.fullmatch(target) and not target.startswith("desk:"):
        return "order", target
    kind = "partner" if family in _OF_PARTNERS else _KINDS.get(family, "")
    return (kind, target.partition("/")[0]) if kind and target else ("", "")
