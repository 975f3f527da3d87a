"""What Odoo believes of outgoing transfers, read in bulk: what it asks for, and what it holds of ours.

A page of open transfers costs what the deliveries feed pays for it and three calls more: the list itself, attachments,
and notes where those carry our markers (stock methods only).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec
from msgspec import Struct, structs

from crossdock.connectors.odoo.client.cursor import seconds, text_of
from crossdock.connectors.odoo.client.feeds.deletions import proven_deleted
from crossdock.connectors.odoo.client.feeds.deliveries import DELIVERIES
from crossdock.connectors.odoo.client.feeds.fetching import Feeds
from crossdock.connectors.odoo.client.reading import Document, read_apart
from crossdock.connectors.odoo.client.records import ATTACHMENT, MESSAGE
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.client.watching import PICKING, READY, scope_of
from crossdock.connectors.odoo.mapping.pages import translate_page
from crossdock.connectors.odoo.mapping.writing import numbers_in
from crossdock.connectors.odoo.wire import FORMAT
from crossdock.model import beliefs
from crossdock.model.beliefs import Aspect, Statement
from crossdock.model.events import FulfilmentRequested
from crossdock.model.identifiers import delivery_order_id
from crossdock.ports.connector import Received
from crossdock.ports.reconcile import Statements

PAGE = 500
"""Transfers per page: the cost of a call is spread, and the page's documents stay below a megabyte or two."""
_FIELDS = ["name", "state", "carrier_tracking_ref", "write_date"]
_TELLING = {"assigned", "cancel"}
_ENDED = {"done", "cancel"}
_SECOND = 1_000_000
_MARKER = re.compile(r"\[crossdock:([^\]]+)\]")
_PROOF = "-proof"


class Removed(Struct, frozen=True):
    """A transfer that is proven deleted."""

    id: int


class _Held(Struct):
    """What of ours a page of transfers holds, by transfer."""

    documents: dict[int, set[str]]
    notes: dict[int, set[str]] | None


class TransferBeliefs:
    """One partner's outgoing transfers, as statements. Every method raises `Failed` when Odoo gives no answer."""

    def __init__(self, session: OdooSession, feeds: Feeds, partner: str, default_weight: Decimal | None) -> None:
        """``default_weight`` is in kg, as the feed's translation takes it."""
        self._session = session
        self._feeds = feeds
        self._partner = partner
        self._default_weight = default_weight

    async def page(self, since: int, cursor: str, *, noted: bool) -> Statements:
        """Transfers that are ready, or ended since ``since`` (epoch microseconds), by id after ``cursor``.

        ``noted`` says that notes carry our markers.
        """
        window = ("&", ("write_date", ">=", text_of(since // _SECOND)), ("state", "in", sorted(_ENDED)))
        domain = [*scope_of(self._session, DELIVERIES), "|", READY, *window, ("id", ">", int(cursor or "0"))]
        rows = await self._session.find(PICKING, domain, _FIELDS, limit=PAGE)
        told = await self._told(rows, noted=noted)
        more = len(rows) == PAGE
        return Statements(tuple(told), str(rows[-1]["id"]) if more else "", more)

    async def about(self, ids: Sequence[str], *, noted: bool) -> list[Statement]:
        """These transfers, whatever their state; deleted ones as gone, hidden ones not at all."""
        wanted = [int(each) for each in ids if each.isdecimal()]
        told: list[Statement] = []
        for start in range(0, len(wanted), PAGE):
            some = wanted[start : start + PAGE]
            found = await read_apart(self._session, PICKING, some, _FIELDS)
            told += await self._told(found.values(), noted=noted)
            missing = [each for each in some if each not in found]
            told += [self._gone(each) for each in await proven_deleted(self._session, PICKING, missing)]
        return told

    def message(self, statement: Statement, after: int, now: int) -> Received | None:
        """A page of the deliveries feed with this one document, as a later version than the one of ``after``."""
        source = statement.source
        if isinstance(source, Document):
            moment = max(source.changed_at, after // _SECOND + 1)
            body = self._feeds.page_of(DELIVERIES.feed, [structs.replace(source, changed_at=moment)])
        elif isinstance(source, Removed):
            gone = {"id": source.id, "changed_at": text_of(max(now, after) // _SECOND)}
            page = {"format": FORMAT, "serie": self._session.serie, "deliveries": [], "removed": [gone]}
            body = msgspec.json.encode(page)
        else:
            return None
        return Received(DELIVERIES.feed, body, {}, now, content_type="application/json")

    async def _told(self, rows: Iterable[Row], *, noted: bool) -> list[Statement]:
        rows = list(rows)
        if not rows:
            return []
        ids = [row["id"] for row in rows]
        telling = [row["id"] for row in rows if row.get("state") in _TELLING]
        _, documents = await self._feeds.documents(DELIVERIES.feed, telling) if telling else ([], [])
        told = {each.id: each for each in documents}
        held = _Held(await self._attached(ids), await self._noted(ids) if noted else None)
        return [self._statement(row, told.get(row["id"]), held) for row in rows]

    def _statement(self, row: Row, document: Document | None, held: _Held) -> Statement:
        state = str(row.get("state"))
        aspects = {beliefs.CANCELLED: beliefs.yes_or_no(value=state == "cancel")}
        if state != "cancel":
            aspects |= {**self._demand(document), **_held_of(row, held)}
        at = document.changed_at if document else seconds(row.get("write_date"))
        return Statement(
            self._partner, beliefs.DELIVERY_ORDER, str(row["id"]), self._subject(row["id"]), aspects=aspects,
            at=at * _SECOND, live=state == "assigned", source=document,
        )  # fmt: skip

    def _demand(self, document: Document | None) -> Mapping[str, Aspect]:
        """What a ready transfer asks for, read exactly as the feed reads it; nothing where that cannot be."""
        if document is None:
            return {}
        page = self._feeds.page_of(DELIVERIES.feed, [document])
        for fact in translate_page(self._partner, page, self._default_weight).facts:
            if isinstance(fact.body, FulfilmentRequested):
                return beliefs.of_order(fact.body.order)
        return {}

    def _gone(self, picking: int) -> Statement:
        return Statement(
            self._partner, beliefs.DELIVERY_ORDER, str(picking), self._subject(picking), live=False, gone=True,
            source=Removed(picking),
        )  # fmt: skip

    def _subject(self, picking: int) -> str:
        return delivery_order_id(self._partner, str(picking))

    async def _attached(self, ids: Sequence[int]) -> dict[int, set[str]]:
        """Names of attachments as the documents they are, by transfer."""
        domain = [("res_model", "=", PICKING), ("res_id", "in", list(ids))]
        found: dict[int, set[str]] = {}
        for row in await self._session.find(ATTACHMENT, domain, ["name", "res_id"]):
            found.setdefault(identifier(row.get("res_id")), set()).add(_document(str(row.get("name"))))
        return found

    async def _noted(self, ids: Sequence[int]) -> dict[int, set[str]]:
        """Markers of our notes, by transfer."""
        domain = [("model", "=", PICKING), ("res_id", "in", list(ids)), ("body", "ilike", "[crossdock:")]
        found: dict[int, set[str]] = {}
        for row in await self._session.find(MESSAGE, domain, ["body", "res_id"]):
            found.setdefault(identifier(row.get("res_id")), set()).update(_MARKER.findall(str(row.get("body"))))
        return found


def _held_of(row: Row, held: _Held) -> dict[str, Aspect]:
    numbers = numbers_in(str(row.get("carrier_tracking_ref") or ""))
    told = {
        beliefs.TRACKING_NUMBERS: Aspect(tuple(sorted(numbers))),
        beliefs.ATTACHMENTS: Aspect(tuple(sorted(held.documents.get(row["id"], ())))),
    }
    if held.notes is not None:
        told[beliefs.NOTES] = Aspect(tuple(sorted(held.notes.get(row["id"], ()))))
    return told


def _document(name: str) -> str:
    """A file name as `beliefs.document` names documents.

    >>> _document("1Z99.pdf"), _document("1Z99-proof.txt")
    ('label/1Z99', 'proof/1Z99')
    """
    stem = name.rpartition(".")[0] or name
    kind = "proof" if stem.endswith(_PROOF) else "label"
    return beliefs.document(kind, stem.removesuffix(_PROOF))
