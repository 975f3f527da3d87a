"""Transfers as the flows that move goods need them: read with their moves, filled with lines, validated, dated."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.client.watching import PICKING
from crossdock.connectors.odoo.mapping.moving import Demand, Stock, utc_text
from crossdock.connectors.odoo.mapping.units import exact
from crossdock.model.events import WrittenDocument
from crossdock.model.instants import Stamp
from crossdock.model.transfers import Remainder
from crossdock.ports.verdicts import Explanation, Park

MOVE, QUANT = "stock.move", "stock.quant"
_MOVE_FIELDS = (
    "picking_id",
    "product_id",
    "product_qty",
    "product_uom_qty",
    "quantity",
    "location_id",
    "location_dest_id",
    "state",
    "origin",
    "move_line_ids",
)
_PICKING_FIELDS = ("name", "state", "origin", "location_id", "location_dest_id", "date_done", "picking_type_code")
_WIZARD = "Odoo wants a decision before it validates {name}: open it there, validate it, then retry."
_PLACES = 6
"""Decimals a quantity of Odoo is read with: its doubles carry noise below, no unit is kept finer."""


class Picking(Struct, frozen=True):
    """A row of stock.picking with its moves; ``done_at`` is Odoo's naive UTC text."""

    id: int
    name: str
    state: str
    origin: str
    source: int
    destination: int
    direction: str
    done_at: str
    moves: tuple[Row, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it still waits to be carried out."""
        return self.state not in {"done", "cancel"}

    @property
    def demands(self) -> tuple[Demand, ...]:
        """Its open moves, in the unit each product is kept in."""
        return tuple(
            Demand(
                row["id"],
                identifier(row["product_id"]),
                decimal(row["product_qty"]),
                tuple(row["move_line_ids"]),
                str(row.get("origin") or ""),
            )
            for row in self.moves
            if row["state"] not in {"done", "cancel"}
        )


class Pickings:
    """Reads and writes transfers. Every method raises `Failed` with the verdict when it could not."""

    def __init__(self, session: OdooSession) -> None:
        """Works through ``session``."""
        self.session = session

    async def read(self, domain: Sequence[Any]) -> list[Picking]:
        """Transfers that match, with their moves, in order of their ids."""
        rows = await self.session.find(PICKING, domain, _PICKING_FIELDS)
        ids = [row["id"] for row in rows]
        found = await self.session.find(MOVE, [("picking_id", "in", ids)], _MOVE_FIELDS) if ids else []
        return [_picking(row, [move for move in found if identifier(move["picking_id"]) == row["id"]]) for row in rows]

    async def of_origin(self, text: str) -> Picking | None:
        """The transfer whose source document holds ``text``; one that was cancelled counts for nothing."""
        found = await self.read([("origin", "ilike", text), ("state", "!=", "cancel")])
        return next((each for each in found if text in each.origin), None)

    async def fill(self, picking: int, commands: Sequence[Any], **values: Any) -> None:
        """Give moves their lines (one2many commands), in one transaction with ``values`` of the transfer."""
        vals = {**values, "move_ids": list(commands)}
        await self.session.call(Call(PICKING, "write", (picking,), {"vals": vals}, writes=True))

    async def validate(self, picking: Picking, remainder: Remainder = "backorder") -> None:
        """Finish a transfer; whether it is done is read afterwards, for the answer does not say."""
        context: dict[str, Any] = {"skip_backorder": True, "skip_sms": True, "skip_expired": True}
        if remainder == "cancel":
            context["picking_ids_not_to_backorder"] = [picking.id]
        call = Call(PICKING, "button_validate", (picking.id,), {}, context, writes=True)
        answer = await self.session.call(call)
        rows = await self.session.read(PICKING, [picking.id], ["state"])
        if rows.get(picking.id, {}).get("state") != "done":
            model = answer.get("res_model") if isinstance(answer, dict) else answer
            raise Failed(Park(Explanation(_WIZARD.format(name=picking.name), f"button_validate answered {model}")))

    async def date(self, picking: Picking, moved: Stamp | None) -> None:
        """Put the time it happened on a transfer that is done; Odoo noted the time it was told."""
        if not dated(picking, moved) and moved:
            vals = {"date_done": utc_text(moved)}
            await self.session.call(Call(PICKING, "write", (picking.id,), {"vals": vals}, writes=True))

    async def stocks(self, products: Sequence[int], location: int) -> dict[int, list[Stock]]:
        """What lies at a location and in its bins, by product."""
        fields = ("product_id", "location_id", "lot_id", "package_id", "owner_id", "quantity")
        domain = [("product_id", "in", sorted(set(products))), ("location_id", "child_of", location)]
        found: dict[int, list[Stock]] = {product: [] for product in products}
        for row in await self.session.find(QUANT, domain, fields):
            found[identifier(row["product_id"])].append(_stock(row))
        return found


def dated(picking: Picking, moved: Stamp | None) -> bool:
    """Whether a transfer bears the time it happened, or nobody said (a local time without zone is no such time)."""
    return moved is None or not (moved.tz_known or moved.precision == "day") or picking.done_at == utc_text(moved)


def documents(done: Picking, after: Sequence[Picking] = ()) -> tuple[WrittenDocument, ...]:
    """The transfer, and what was left of it."""
    rest = tuple(WrittenDocument("backorder", str(each.id), each.name) for each in after)
    return (WrittenDocument("transfer", str(done.id), done.name), *rest)


def decimal(value: object) -> Decimal:
    """A quantity as Odoo says it, without the noise of doubles."""
    return exact(round(Decimal(str(value or 0)), _PLACES))


def _picking(row: Row, moves: list[Row]) -> Picking:
    return Picking(
        row["id"],
        str(row["name"]),
        str(row["state"]),
        str(row.get("origin") or ""),
        identifier(row["location_id"]),
        identifier(row["location_dest_id"]),
        str(row.get("picking_type_code") or ""),
        str(row.get("date_done") or ""),
        tuple(moves),
    )


def _stock(row: Row) -> Stock:
    place = row["location_id"][1] if isinstance(row["location_id"], list) else ""
    package = row["package_id"][1] if isinstance(row.get("package_id"), list) else ""
    return Stock(
        identifier(row["location_id"]),
        decimal(row["quantity"]),
        identifier(row.get("lot_id")),
        identifier(row.get("package_id")),
        identifier(row.get("owner_id")),
        f"{place} package {package}" if package else str(place),
    )
