"""Stock adjusted by a quantity, and stock moved inside the warehouses: each one internal transfer, found by its origin.

An adjustment is a transfer to or from the location for losses, never a count: it changes stock by its quantity whatever
else moves meanwhile, and a plain stock user may make it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.flows.items import Found, Items
from crossdock.connectors.odoo.client.flows.pickings import MOVE, Picking, Pickings, decimal, documents
from crossdock.connectors.odoo.client.flows.places import Place, Places
from crossdock.connectors.odoo.client.flows.quantities import Asked, Quantities
from crossdock.connectors.odoo.client.session import OdooSession, identifier
from crossdock.connectors.odoo.client.watching import PICKING
from crossdock.connectors.odoo.mapping.moving import (
    Portion,
    SeveralSources,
    Stock,
    drawn,
    line_values,
    number,
    signed,
)
from crossdock.connectors.odoo.mapping.writing import marker_text
from crossdock.model.stock import AdjustStock, MoveStock
from crossdock.model.transfers import LotQuantity
from crossdock.ports.connector import Documents
from crossdock.ports.verdicts import Explanation, Park, Refuse

_NO_LOT = "The product is tracked by lot or serial number, and none is named: {text}. Name it, then send again."
_UNKNOWN_LOT = "Odoo has no such lot or serial number: {text}. Correct it, then retry."
_UNKNOWN_PACKAGE = "Odoo has no such package: {text}. Correct it, then retry."
_SEVERAL = "The goods could be from more than one place: {text}. Name the bin or the package, then send again."
_COMPANIES = "The places belong to more than one company or to no warehouse: send one command for each."
_NO_LOSS = "Odoo has no location for inventory losses that this user may see: set one on the product."


class Step(Struct, frozen=True):
    """One move of a transfer to make: ``quantity`` of a product in its own unit, drawn from ``stock``."""

    found: Found
    portion: Portion
    stock: Stock
    destination: int
    result: int = 0


class Journey:
    """Makes one internal transfer of steps, fills and validates it; goes on wherever an earlier attempt stopped."""

    def __init__(self, session: OdooSession) -> None:
        """Works through ``session``."""
        self._session = session
        self.pickings = Pickings(session)

    async def done(self, marker: str) -> Picking | None:
        """The transfer of this marker, when it is done."""
        found = await self.pickings.of_origin(marker_text(marker))
        return found if found and found.state == "done" else None

    async def run(self, steps: Sequence[Step], kind: int, origin: str, marker: str, *, again: bool) -> Picking:
        """Make it unless it is there, give every move its line, validate."""
        picking = await self.pickings.of_origin(marker_text(marker)) if again else None
        if picking and picking.open and not _made_of(picking, steps):
            # Stock moved since the earlier attempt, so the goods are drawn from elsewhere now.
            await self._session.call(Call(PICKING, "action_cancel", (picking.id,), writes=True))
            picking = None
        if picking is None:
            picking = await self._make(steps, kind, origin)
        if picking.open:
            await self.pickings.fill(picking.id, self._lines(picking, steps))
            await self.pickings.validate(picking)
        return picking

    async def _make(self, steps: Sequence[Step], kind: int, origin: str) -> Picking:
        named = "name" in await self._session.fields(MOVE)
        values = {
            "picking_type_id": kind,
            "location_id": steps[0].stock.location,
            "location_dest_id": steps[0].destination,
            "origin": origin,
            "move_ids": [[0, 0, _move(each, named=named)] for each in steps],
        }
        call = Call(PICKING, "create", None, {"vals_list": [values]}, writes=True)
        [made] = await self.pickings.read([("id", "in", ids_of(await self._session.call(call)))])
        return made

    @staticmethod
    def _lines(picking: Picking, steps: Sequence[Step]) -> list[Any]:
        """Moves are in the order of the steps they were made from."""
        commands: list[Any] = []
        for move, step in zip(picking.moves, steps, strict=True):
            line = line_values(step.portion, picking.id, step.found.product.unit, step.stock.location, step.destination)
            named = {"package_id": step.stock.package, "owner_id": step.stock.owner, "result_package_id": step.result}
            line |= {key: value for key, value in named.items() if value}
            gone = [[2, one, 0] for one in move["move_line_ids"]]
            commands.append([1, move["id"], {"move_line_ids": [*gone, [0, 0, line]], "picked": True}])
        return commands


class _Flow:
    """What both flows need to find."""

    def __init__(self, session: OdooSession, items: Items, quantities: Quantities) -> None:
        """Works through ``session``."""
        self._session = session
        self._items = items
        self._quantities = quantities
        self._places = Places(session)
        self._journey = Journey(session)

    async def find(self, body: AdjustStock | MoveStock) -> Outcome | None:
        """The one transfer of the marker, done."""
        found = await self._journey.done(body.marker)
        return documents(found) if found else None

    async def _kind(self, places: Sequence[Place]) -> int:
        """The internal operation type of the places' warehouse; it works when it is archived too, as it mostly is."""
        warehouses = {place.warehouse for place in places if place.warehouse}
        if len({place.company for place in places if place.company}) > 1 or not warehouses:
            raise Failed(Park(Explanation(_COMPANIES, f"warehouses {sorted(warehouses)}")))
        rows = await self._session.read("stock.warehouse", [min(warehouses)], ["int_type_id"])
        return identifier(rows[min(warehouses)]["int_type_id"])

    async def _drawn(self, place: Place, portions: Sequence[Portion], packages: Sequence[int]) -> list[Any]:
        """For every portion, the stock it is taken from; what two portions draw from one stock is counted once."""
        stocks = await self._journey.pickings.stocks([each.product for each in portions], place.id)
        drawings = []
        for portion, package in zip(portions, packages, strict=True):
            try:
                taken = drawn(place.id, stocks[portion.product], portion, package)
            except SeveralSources as several:
                raise Failed(Park(Explanation(_SEVERAL.format(text=several), f"stock.quant: {several}"))) from None
            spent = {id(stock): share for stock, share in taken}
            stocks[portion.product] = [_less(each, spent.get(id(each))) for each in stocks[portion.product]]
            drawings.append(taken)
        return drawings

    async def _known_lots(self, wanted: Sequence[tuple[int, str]]) -> Mapping[tuple[int, str], int]:
        lots = await self._places.lots(wanted)
        if missing := sorted({name for product, name in wanted if (product, name) not in lots}):
            text = ", ".join(missing)
            raise Failed(Park(Explanation(_UNKNOWN_LOT.format(text=text), f"stock.lot {text}")))
        return lots


class Adjustment(_Flow):
    """Stock found or lost: moves from and to the location for losses, in one transfer, which is one transaction."""

    async def carry_out(self, body: AdjustStock, documents_: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - an adjustment has no document
        """Look up, make, fill, validate."""
        if again and (found := await self.find(body)) is not None:
            return found
        places = await self._places.find([each.place for each in body.changes])
        found_items = await self._items.find([each.item for each in body.changes], archived=True)
        steps = await self._steps(body, places, found_items)
        kind = await self._kind(places)
        name = signed(body.name, body.marker)
        return documents(await self._journey.run(steps, kind, name, body.marker, again=again))

    async def _steps(self, body: AdjustStock, places: Sequence[Place], found: Sequence[Found]) -> list[Step]:
        changes = list(zip(body.changes, places, found, strict=True))
        _lots_told((each.item.sku, one, bool(each.lot)) for each, _, one in changes)
        quantities = await self._quantities.convert(
            [Asked(abs(each.quantity), each.unit, one) for each, _, one in changes]
        )
        gained = [(one.product.id, each.lot) for each, _, one in changes if each.lot and each.quantity > 0]
        lost = [(one.product.id, each.lot) for each, _, one in changes if each.lot and each.quantity < 0]
        lots = {**await self._known_lots(lost), **await self._places.ensure_lots(gained)}
        packages = await self._packages(body)
        losses = await self._losses([one.product.id for one in found])
        sized = [
            (change, place, one, Portion(one.product.id, quantity, lots.get((one.product.id, change.lot), 0)))
            for (change, place, one), quantity in zip(changes, quantities, strict=True)
        ]
        steps = [
            Step(
                one,
                each,
                Stock(losses[each.product], each.quantity, each.lot),
                place.id,
                packages.get(change.package, 0),
            )
            for change, place, one, each in sized
            if change.quantity > 0
        ]
        for place in dict.fromkeys(places):
            gone = [
                (one, each, packages.get(change.package, 0))
                for change, at, one, each in sized
                if at == place and change.quantity < 0
            ]
            drawings = (
                await self._drawn(place, [each for _, each, _ in gone], [package for _, _, package in gone])
                if gone
                else []
            )
            for (one, each, _), taken in zip(gone, drawings, strict=True):
                steps += [Step(one, _part(each, share), stock, losses[each.product]) for stock, share in taken]
        if not steps:
            raise Failed(Refuse(Explanation("The adjustment changes nothing: discard it.", "no quantity but 0")))
        return steps

    async def _packages(self, body: AdjustStock) -> Mapping[str, int]:
        found = await self._places.packages(each.package for each in body.changes)
        if missing := sorted(
            {each.package for each in body.changes if each.package and each.quantity < 0} - set(found)
        ):
            text = ", ".join(missing)
            raise Failed(Park(Explanation(_UNKNOWN_PACKAGE.format(text=text), f"package {text}")))
        return await self._places.ensure_packages(each.package for each in body.changes)

    async def _losses(self, products: Sequence[int]) -> Mapping[int, int]:
        """Where each product's losses go: its own setting, else the company's location for it."""
        rows = await self._session.read("product.product", products, ["property_stock_inventory"])
        losses = {key: identifier(row.get("property_stock_inventory")) for key, row in rows.items()}
        if not all(losses.values()):
            scrap = (
                [("scrap_location", "=", False)]
                if "scrap_location" in await self._session.fields("stock.location")
                else []
            )
            common = await self._session.search("stock.location", [("usage", "=", "inventory"), *scrap], limit=1)
            if not common:
                raise Failed(Park(Explanation(_NO_LOSS, "no stock.location of usage inventory")))
            losses = {key: value or common[0] for key, value in losses.items()}
        return losses


class Relocation(_Flow):
    """Goods moved from one place to another."""

    async def carry_out(self, body: MoveStock, documents_: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - a move has no document
        """Look up, make, fill, validate."""
        if again and (found := await self.find(body)) is not None:
            return found
        if not body.lines:
            raise Failed(Refuse(Explanation("The move names no goods: discard it.", "no lines")))
        places = await self._places.find([body.source, body.destination])
        steps = await self._steps(body, places[0], places[1])
        kind = await self._kind(places)
        name = signed("", body.marker)
        return documents(await self._journey.run(steps, kind, name, body.marker, again=again))

    async def _steps(self, body: MoveStock, source: Place, destination: Place) -> list[Step]:
        found = await self._items.find([each.item for each in body.lines], archived=True)
        lines = list(zip(body.lines, found, strict=True))
        _lots_told((each.item.sku, one, bool(each.lots)) for each, one in lines)
        parts = [(each, one, lot) for each, one in lines for lot in each.lots or (LotQuantity("", each.quantity),)]
        quantities = await self._quantities.convert([Asked(lot.quantity, each.unit, one) for each, one, lot in parts])
        lots = await self._known_lots([(one.product.id, lot.lot) for _, one, lot in parts if lot.lot])
        packages = await self._places.ensure_packages(each.package for each, _, _ in parts)
        portions = [
            Portion(one.product.id, quantity, lots.get((one.product.id, lot.lot), 0))
            for (_, one, lot), quantity in zip(parts, quantities, strict=True)
        ]
        drawings = await self._drawn(source, portions, [0] * len(portions))
        return [
            Step(one, _part(portion, share), stock, destination.id, packages.get(each.package, 0))
            for (each, one, _), portion, taken in zip(parts, portions, drawings, strict=True)
            for stock, share in taken
        ]


def _made_of(picking: Picking, steps: Sequence[Step]) -> bool:
    """Whether the moves of a transfer are these steps, in their order."""
    moves = [
        (
            identifier(row["product_id"]),
            decimal(row["product_qty"]),
            identifier(row["location_id"]),
            identifier(row["location_dest_id"]),
        )
        for row in picking.moves
    ]
    return moves == [
        (each.portion.product, each.portion.quantity, each.stock.location, each.destination) for each in steps
    ]


def _move(step: Step, *, named: bool) -> dict[str, Any]:
    """Values of a stock.move; it has a name of its own (a required one) before 19."""
    values: dict[str, Any] = {
        "product_id": step.portion.product,
        "product_uom": step.found.product.unit,
        "product_uom_qty": number(step.portion.quantity),
        "location_id": step.stock.location,
        "location_dest_id": step.destination,
    }
    return values | ({"name": step.found.product.name} if named else {})


def _lots_told(told: Any) -> None:
    """A lot is never chosen for the warehouse. Raises `Failed` naming the products whose lot nobody told."""
    if untold := sorted({sku for sku, one, lot in told if one.product.tracking != "none" and not lot}):
        text = ", ".join(untold)
        raise Failed(Park(Explanation(_NO_LOT.format(text=text), f"no lot for tracked {text}")))


def _part(portion: Portion, share: Decimal) -> Portion:
    return Portion(portion.product, share, portion.lot)


def _less(stock: Stock, spent: Decimal | None) -> Stock:
    if spent is None:
        return stock
    return Stock(stock.location, stock.quantity - spent, stock.lot, stock.package, stock.owner, stock.place)
