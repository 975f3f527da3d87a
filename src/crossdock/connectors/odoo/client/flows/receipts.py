"""Goods announced and received against purchase orders.

The marker stands in the source document of the moves a receipt fills, written in the same transaction as the
quantities: moves that are done and bear it are the receipt, whoever else filled or received the same transfer.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.flows.anchors import Anchors
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.flows.items import Items
from crossdock.connectors.odoo.client.flows.pickings import Picking, Pickings, dated, decimal, documents
from crossdock.connectors.odoo.client.flows.places import Places
from crossdock.connectors.odoo.client.flows.purchases import Purchase, Purchases, received, waiting
from crossdock.connectors.odoo.client.flows.quantities import Asked, Quantities
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.client.watching import PICKING
from crossdock.connectors.odoo.mapping.moving import (
    Filling,
    Portion,
    UnknownLine,
    filling_command,
    fillings,
    signed,
    surplus,
    unsigned,
    utc_text,
)
from crossdock.model.events import WrittenDocument
from crossdock.model.transfers import AnnounceGoods, LotQuantity, MovedLine, ReceiveGoods
from crossdock.ports.connector import Documents
from crossdock.ports.verdicts import Explanation, Park, Refuse

_NOTE = "asn"
_NO_LINES = "The message names no goods: discard it, or have it sent again with its lines."
_NOT_ORDERED = "Not on the receipt {name}: {items}. Add it to the purchase order, then retry."
_OVER = "More came than was ordered ({text}), and the configuration refuses that: raise the order, then retry."
_LOTS = "The lots do not add up to the line: {text}. Have it corrected and sent again."
_UNDONE = "Odoo shows the receipt as done, but by somebody else: compare {name} with the message."


class _Goods(Struct, frozen=True):
    """The lines of a message in Odoo's words, and the transfer they belong on."""

    receipt: Picking
    fillings: tuple[Filling, ...]
    units: dict[int, int]
    names: dict[int, str]
    notes: tuple[WrittenDocument, ...]


class _Arrival:
    """What announcing and receiving share."""

    def __init__(self, session: OdooSession, items: Items, quantities: Quantities) -> None:
        """Works through ``session``."""
        self._session = session
        self._items = items
        self._quantities = quantities
        self._places = Places(session)
        self._pickings = Pickings(session)
        self._purchases = Purchases(self._pickings)

    async def _goods(self, body: ReceiveGoods | AnnounceGoods, purchase: Purchase) -> _Goods:
        if not body.lines:
            raise Failed(Refuse(Explanation(_NO_LINES, "no lines")))
        _add_up(body.lines)
        found = await self._items.find([each.item for each in body.lines], archived=True)
        named = [int(each.line_id) for each in body.lines if each.line_id.isdecimal()]
        receipt = waiting(purchase, body.external_id, [one.product.id for one in found], named)
        parts = [
            (line, one, lot)
            for line, one in zip(body.lines, found, strict=True)
            for lot in line.lots or (LotQuantity("", line.quantity),)
        ]
        quantities = await self._quantities.convert([Asked(lot.quantity, line.unit, one) for line, one, lot in parts])
        packages = await self._places.ensure_packages(each.package for each in body.lines)
        dates = "expiration_date" in await self._session.fields("stock.move.line")
        portions = [
            Portion(
                one.product.id,
                quantity,
                lot_name=lot.lot,
                package=packages.get(line.package, 0),
                expires=utc_text(lot.expires) if lot.expires and dates else "",
                line=int(line.line_id) if line.line_id.isdecimal() else 0,
            )
            for (line, one, lot), quantity in zip(parts, quantities, strict=True)
            if quantity
        ]
        lost = () if dates else _undated(body.lines)
        names = {one.product.id: one.product.sku or one.product.name for one in found}
        units = {one.product.id: one.product.unit for one in found}
        return _Goods(receipt, self._dealt(receipt, portions, names), units, names, lost)

    @staticmethod
    def _dealt(receipt: Picking, portions: Sequence[Portion], names: dict[int, str]) -> tuple[Filling, ...]:
        try:
            return tuple(fillings(receipt.demands, portions))
        except UnknownLine as unknown:
            text = names[unknown.portion.product]
            why = Explanation(_NOT_ORDERED.format(name=receipt.name, items=text), f"no stock.move for {unknown}")
            raise Failed(Park(why)) from None

    async def _fill(self, goods: _Goods, marker: str, *, picked: bool, expected: str = "") -> None:
        """Give every open move its lines; ``picked``: it has come, else it is only on the way."""
        receipt = goods.receipt
        commands = []
        for each in goods.fillings:
            origin = signed(each.demand.origin, marker) if picked else unsigned(each.demand.origin)
            unit = goods.units.get(each.demand.product, 0)
            where = (receipt.id, unit, receipt.source, receipt.destination)
            commands.append(filling_command(each, *where, origin, picked=picked))
        await self._pickings.fill(receipt.id, commands, **({"scheduled_date": expected} if expected else {}))


class Receipt(_Arrival):
    """Goods that came: quantities, lots and packages onto the waiting receipt, which is then validated."""

    def __init__(self, session: OdooSession, items: Items, quantities: Quantities) -> None:
        """Whether more than ordered is taken is the configuration's to say."""
        super().__init__(session, items, quantities)
        self._strict = session.config.over_receipt == "park"

    async def find(self, body: ReceiveGoods) -> Outcome | None:
        """The receipt under this marker, done, with the time it happened."""
        purchase = await self._purchases.of(body)
        done = received(purchase, body.marker)
        return self._outcome(purchase, done) if done and dated(done, body.received_at) else None

    async def carry_out(self, body: ReceiveGoods, documents_: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - goods have no document
        """Choose, fill, validate, date."""
        purchase = await self._purchases.of(body)
        done = received(purchase, body.marker) if again else None
        notes: tuple[WrittenDocument, ...] = ()
        if done is None:
            goods = await self._goods(body, purchase)
            self._allowed(goods)
            await self._fill(goods, body.marker, picked=True)
            await self._pickings.validate(goods.receipt, body.remainder)
            purchase, notes = await self._purchases.of(body), goods.notes
            done = received(purchase, body.marker)
        if done is None:
            raise Failed(Park(Explanation(_UNDONE.format(name=purchase.label), "no done stock.move bears the marker")))
        await self._pickings.date(done, body.received_at)
        return (*self._outcome(purchase, done), *notes)

    def _allowed(self, goods: _Goods) -> None:
        over = [f"{goods.names[each.demand.product]} {surplus(each)} more" for each in goods.fillings if surplus(each)]
        if over and self._strict:
            raise Failed(Park(Explanation(_OVER.format(text=", ".join(over)), "over_receipt is park")))

    @staticmethod
    def _outcome(purchase: Purchase, done: Picking) -> tuple[WrittenDocument, ...]:
        """The receipt, its backorder, and what of it was more than ordered."""
        after = [each for each in purchase.receipts if each.open and each.id > done.id]
        over = tuple(
            WrittenDocument(
                "over_receipt", str(row["id"]), f"{decimal(row['quantity'])} of {decimal(row['product_uom_qty'])}"
            )
            for row in done.moves
            if row["state"] == "done" and decimal(row["quantity"]) > decimal(row["product_uom_qty"])
        )
        return (*documents(done, after), *over)


class Announcement(_Arrival):
    """An advance shipping notice: planned quantities, lots, packages and arrival, with nothing received.

    The note that tells comes last; it is what an announcement is found by.
    """

    def __init__(self, session: OdooSession, anchors: Anchors, items: Items, quantities: Quantities) -> None:
        """Notes go through ``anchors``."""
        super().__init__(session, items, quantities)
        self._anchors = anchors

    async def find(self, body: AnnounceGoods) -> Outcome | None:
        """The note by its marker, on any receipt of the order."""
        purchase = await self._purchases.of(body)
        there = await self._anchors.noted(PICKING, _NOTE, body.marker, [each.id for each in purchase.receipts])
        return next((documents(each) for each in purchase.receipts if each.id == there), None)

    async def carry_out(self, body: AnnounceGoods, documents_: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - goods have no document
        """Choose, fill without picking, tell."""
        if again and (found := await self.find(body)) is not None:
            return found
        goods = await self._goods(body, await self._purchases.of(body))
        expected = utc_text(body.expected) if body.expected else ""
        await self._fill(goods, body.marker, picked=False, expected=expected)
        await self._anchors.note(PICKING, goods.receipt.id, _NOTE, _told(body), body.marker)
        return (*documents(goods.receipt), *goods.notes)


def _told(body: AnnounceGoods) -> str:
    goods = "\n".join(f"{each.quantity} {each.unit} {each.item.sku or each.item.gtin}" for each in body.lines)
    when = f", expected {body.expected.at}" if body.expected else ""
    return f"Announced by the supplier{f' ({body.reference})' if body.reference else ''}{when}:\n{goods}"


def _undated(lines: Sequence[MovedLine]) -> tuple[WrittenDocument, ...]:
    """Which lots' expiry Odoo cannot hold: it keeps dates with the module product_expiry only."""
    lots = sorted({lot.lot for line in lines for lot in line.lots if lot.expires})
    return tuple(WrittenDocument("not_recorded", lot, "expiry date: product_expiry is not installed") for lot in lots)


def _add_up(lines: Sequence[MovedLine]) -> None:
    for each in lines:
        if each.lots and sum((lot.quantity for lot in each.lots), Decimal(0)) != each.quantity:
            text = f"{each.item.sku or each.item.gtin}: {each.quantity}"
            raise Failed(Refuse(Explanation(_LOTS.format(text=text), "sum of lots is not the quantity")))
