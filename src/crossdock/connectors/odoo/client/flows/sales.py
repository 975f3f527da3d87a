"""Sales orders: placed once per channel and reference, confirmed, amended, cancelled."""

from collections.abc import Sequence
from decimal import Decimal

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.flows.anchors import Anchors, parked
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.flows.items import Items
from crossdock.connectors.odoo.client.flows.quantities import Asked, Quantities
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.mapping.sales import UNIT_FIELDS, plain, promised_text, shorten
from crossdock.model.events import WrittenDocument
from crossdock.model.instants import Stamp
from crossdock.model.sales import AmendSalesOrder, CancelSalesOrder, ConfirmSalesOrder, LineChange
from crossdock.ports.connector import Documents
from crossdock.ports.verdicts import Park

ORDER = "sale.order"
LINE = "sale.order.line"
PICKING = "stock.picking"
MOVE = "stock.move"
_ORDER_FIELDS = ("name", "state", "picking_ids", "order_line", "company_id", "locked")
_PRICE_GIVEN = "technical_price_unit"
OPEN = frozenset({"draft", "sent"})
_CANCELLED = "The sales order {name} is cancelled in Odoo: place it anew, or set it back to a quotation there."
_UNCONFIRMED = "Odoo did not confirm the sales order {name}: open it, see what it asks, confirm it there."
_UNKNOWN_LINE = "The sales order {name} has no line {line}: read the order again, then correct the change."
_DELIVERED = "{product} of {name}: {delivered} is delivered already, more than {wanted}. Have it returned first."
_MOVED = "The sales order {name} has moved goods ({transfer}): a return is needed before it can be cancelled."
_KEPT = "Odoo did not cancel the sales order {name}: open it and see what it asks."


class Confirmation:
    """What placing and confirming share: bring an order to ``sale`` and name its transfers."""

    def __init__(self, session: OdooSession, anchors: Anchors) -> None:
        """Works through ``session``."""
        self._session = session
        self._anchors = anchors

    async def order(self, order: int) -> Row:
        """The order as it is now. Raises `Failed` when it is gone."""
        return await self._anchors.row(ORDER, order, _ORDER_FIELDS)

    async def confirmed(self, order: int, known: Row | None = None) -> Row:
        """The order (``known``: as it was just read), confirmed now or before. Raises `Failed` when it is cancelled or
        Odoo will not.
        """
        row = known or await self.order(order)
        if row["state"] == "cancel":
            raise parked(_CANCELLED.format(name=row["name"]), f"sale.order {order}: state cancel")
        if row["state"] in OPEN:
            try:
                await self._anchors.act(ORDER, "action_confirm", (order,))
            except Failed as failed:
                row = await self._confirmed_by_others(order, failed)
            else:
                row = await self.order(order)
        if row["state"] in OPEN:
            raise parked(_UNCONFIRMED.format(name=row["name"]), f"sale.order {order}: state {row['state']}")
        return row

    async def _confirmed_by_others(self, order: int, failed: Failed) -> Row:
        """What Odoo declines to do twice may be done: somebody else was faster."""
        row = await self.order(order) if isinstance(failed.verdict, Park) else {"state": "draft"}
        if row["state"] in OPEN:
            raise failed
        return row

    async def documents(self, row: Row) -> Outcome:
        """The order and its transfers."""
        pickings = await self._session.read(PICKING, row.get("picking_ids") or [], ("name", "state"))
        made = [WrittenDocument("transfer", str(key), str(each["name"])) for key, each in sorted(pickings.items())]
        return (WrittenDocument("sales_order", str(row["id"]), str(row["name"])), *made)


class ConfirmOrder:
    """A draft order becomes binding; Odoo makes its transfers and reserves stock for them."""

    def __init__(self, session: OdooSession, anchors: Anchors) -> None:
        """Works through ``session``."""
        self._confirmation = Confirmation(session, anchors)

    async def find(self, body: ConfirmSalesOrder) -> Outcome | None:
        """The state of the order says it."""
        row = await self._confirmation.order(int(body.external_id))
        return None if row["state"] in {*OPEN, "cancel"} else await self._confirmation.documents(row)

    async def carry_out(self, body: ConfirmSalesOrder, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - the order's state tells enough
        """Confirm it unless it is."""
        return await self._confirmation.documents(await self._confirmation.confirmed(int(body.external_id)))


class AmendOrder:
    """Ordered quantities and the promised day in one call; what they are to be is absolute, so twice is once."""

    def __init__(self, session: OdooSession, anchors: Anchors, items: Items, quantities: Quantities) -> None:
        """Works through ``session``."""
        self._session = session
        self._anchors = anchors
        self._items = items
        self._quantities = quantities
        self._confirmation = Confirmation(session, anchors)

    async def find(self, body: AmendSalesOrder) -> Outcome | None:
        """Every line as it is to be, and the reason noted."""
        row = await self._confirmation.order(int(body.external_id))
        if await self._commands(row, body.changes) or await self._promise(row, body.promised_for):
            return None
        if not await self._anchors.reasoned(ORDER, row["id"], body.reason, body.marker):
            return None
        return await self._confirmation.documents(row)

    async def carry_out(self, body: AmendSalesOrder, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - quantities are compared in any case
        """Change what differs, then tell why."""
        row = await self._confirmation.order(int(body.external_id))
        if row["state"] == "cancel":
            raise parked(_CANCELLED.format(name=row["name"]), f"sale.order {row['id']}: state cancel")
        values: dict[str, object] = await self._promise(row, body.promised_for)
        if commands := await self._commands(row, body.changes):
            values["order_line"] = commands
        if values:
            await self._anchors.act(ORDER, "write", (row["id"],), {"vals": values})
        await self._anchors.give_reason(ORDER, row["id"], shorten(body.reason), body.marker)
        return await self._confirmation.documents(await self._confirmation.order(row["id"]))

    async def _promise(self, row: Row, promised: Stamp | None) -> dict[str, object]:
        """The day to be written, where it is another one."""
        if promised is None:
            return {}
        wanted = promised_text(promised)
        known = (await self._session.read(ORDER, [row["id"]], ("commitment_date",)))[row["id"]]["commitment_date"]
        return {} if known == wanted else {"commitment_date": wanted}

    async def _commands(self, row: Row, changes: Sequence[LineChange]) -> list[list[object]]:
        """What has to be written. Raises `Failed` when a change cannot be, before anything is written."""
        wanted = ("product_id", "product_uom_qty", "qty_delivered", "order_id", "price_unit", *UNIT_FIELDS)
        named = [int(each.line_id) for each in changes if each.line_id.isdecimal()]
        lines = await self._session.read(LINE, named, wanted)
        for each in changes:
            line = lines.get(int(each.line_id)) if each.line_id.isdecimal() else None
            if line is None or identifier(line["order_id"]) != row["id"]:
                text = _UNKNOWN_LINE.format(name=row["name"], line=each.line_id)
                raise parked(text, f"sale.order.line '{each.line_id}' is not of sale.order {row['id']}")
        rows = [lines[int(each.line_id)] for each in changes]
        quantities = await self._converted(changes, rows)
        commands: list[list[object]] = []
        for line, quantity in zip(rows, quantities, strict=True):
            if quantity == Decimal(str(line["product_uom_qty"])):
                continue
            await self._refuse_below_delivered(row, line, quantity)
            values = {"product_uom_qty": float(quantity)}
            if _PRICE_GIVEN not in await self._session.fields(LINE):
                values["price_unit"] = line["price_unit"]  # 17 would take the price list's again
            commands.append([1, line["id"], values])
        return commands

    async def _converted(self, changes: Sequence[LineChange], rows: Sequence[Row]) -> list[Decimal]:
        products = await self._items.named([identifier(row["product_id"]) for row in rows])
        asked = [
            Asked(change.quantity, change.unit, products[identifier(row["product_id"])], _unit(row))
            for change, row in zip(changes, rows, strict=True)
        ]
        return await self._quantities.convert(asked)

    async def _refuse_below_delivered(self, row: Row, line: Row, quantity: Decimal) -> None:
        delivered = Decimal(str(line.get("qty_delivered") or 0))
        if quantity >= delivered:
            return
        product = (await self._items.products([identifier(line["product_id"])]))[identifier(line["product_id"])]
        shown = {"name": row["name"], "product": product.sku or product.name}
        text = _DELIVERED.format(delivered=plain(delivered), wanted=plain(quantity), **shown)
        raise parked(text, f"sale.order.line {line['id']}: qty_delivered {delivered} > {quantity}")


class CancelOrder:
    """An order nobody has moved goods for is cancelled, with the transfers that are not done."""

    def __init__(self, session: OdooSession, anchors: Anchors) -> None:
        """Works through ``session``."""
        self._session = session
        self._anchors = anchors
        self._confirmation = Confirmation(session, anchors)

    async def find(self, body: CancelSalesOrder) -> Outcome | None:
        """Cancelled, and the reason noted."""
        row = await self._confirmation.order(int(body.external_id))
        if row["state"] != "cancel":
            return None
        if not await self._anchors.reasoned(ORDER, row["id"], body.reason, body.marker):
            return None
        return await self._confirmation.documents(row)

    async def carry_out(self, body: CancelSalesOrder, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - the order's state tells enough
        """Cancel, then tell why."""
        row = await self._confirmation.order(int(body.external_id))
        if row["state"] != "cancel":
            await self._refuse_moved(row)
            # 18 asks a person first, in a dialogue, and cancels nothing; 19 does not know the key.
            await self._anchors.act(ORDER, "action_cancel", (row["id"],), {}, {"disable_cancel_warning": True})
            row = await self._confirmation.order(row["id"])
            if row["state"] != "cancel":
                raise parked(_KEPT.format(name=row["name"]), f"sale.order {row['id']}: state {row['state']}")
        await self._anchors.give_reason(ORDER, row["id"], shorten(body.reason), body.marker)
        return await self._confirmation.documents(row)

    async def _refuse_moved(self, row: Row) -> None:
        """Goods that left their place and did not come back stand against cancelling."""
        domain = [("picking_id", "in", row.get("picking_ids") or []), ("state", "=", "done")]
        wanted = ("quantity", "origin_returned_move_id", "picking_id")
        moves = await self._session.find(MOVE, domain, wanted) if row.get("picking_ids") else []
        back: dict[int, Decimal] = {}
        for move in moves:
            origin = identifier(move.get("origin_returned_move_id"))
            back[origin] = back.get(origin, Decimal(0)) + Decimal(str(move["quantity"]))
        for move in moves:
            if identifier(move.get("origin_returned_move_id")):
                continue
            if Decimal(str(move["quantity"])) > back.get(move["id"], Decimal(0)):
                name = move["picking_id"][1]
                text = _MOVED.format(name=row["name"], transfer=name)
                raise parked(text, f"stock.move {move['id']} of {name}: done and not returned")


def _unit(row: Row) -> int:
    return next((identifier(row[name]) for name in UNIT_FIELDS if row.get(name)), 0)
