"""Finishing a transfer: what was moved is laid over its moves, written in one call, and validated in the next.

All quantities are absolute and everything is checked before the first write, so that running it again after a crash
comes to the same end.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import ids_of
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.flows.anchors import Anchors, only_company, parked
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.flows.items import Found, Items, Product, label
from crossdock.connectors.odoo.client.flows.quantities import Asked, Quantities
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.mapping.completion import (
    DoesNotFit,
    Given,
    Line,
    LotPart,
    Lying,
    Move,
    Moved,
    already,
    lay_over,
    line_commands,
    move_of,
)
from crossdock.connectors.odoo.mapping.sales import naive_utc, plain
from crossdock.model.events import WrittenDocument
from crossdock.model.identifiers import InvalidIdentifier, parse_sscc
from crossdock.model.instants import Stamp
from crossdock.model.transfers import MovedLine, Remainder
from crossdock.ports.verdicts import Park

PICKING = "stock.picking"
MOVE = "stock.move"
MOVE_LINE = "stock.move.line"
PICKING_FIELDS = (
    "name",
    "state",
    "company_id",
    "date_done",
    "location_id",
)
_MOVE_FIELDS = (
    "picking_id",
    "product_id",
    "product_uom",
    "product_uom_qty",
    "quantity",
    "state",
    "picked",
    "location_id",
    "location_dest_id",
)
_OURS = "internal"
CANCELLED = "The transfer {name} is cancelled in Odoo: nothing can be moved with it any more."
_MISFIT = "What was moved does not fit the transfer {name}: {text}. Correct the message or the transfer, then retry."
_OTHERWISE = "The transfer {name} is done already, with other quantities: {text}. Check which is right."
_NOTHING = "Nothing of the transfer {name} was moved: reserve it first, or cancel it."
_UNDONE = "Odoo did not finish the transfer {name}: open it and see what it asks ({asked})."
_LOT = "Odoo does not know lot {lots} for the transfer {name}: correct the lot, or enter it in Odoo, then retry."


class Wanted(Struct, frozen=True):
    """How a transfer is to end."""

    lines: tuple[MovedLine, ...]
    remainder: Remainder = "backorder"
    moved_at: Stamp | None = None


class Completing:
    """Ends transfers. Every method raises `Failed` with the verdict when it cannot."""

    def __init__(self, session: OdooSession, anchors: Anchors, items: Items, quantities: Quantities) -> None:
        """Works through ``session``."""
        self._session = session
        self._anchors = anchors
        self._items = items
        self._quantities = quantities

    async def transfer(self, picking: int) -> Row:
        """The transfer as it is now."""
        return await self._anchors.row(PICKING, picking, PICKING_FIELDS)

    async def moves(self, picking: int) -> list[Move]:
        """Its moves, cancelled ones too."""
        return [move_of(row) for row in await self._session.find(MOVE, [("picking_id", "=", picking)], _MOVE_FIELDS)]

    async def finished(self, row: Row, wanted: Wanted) -> bool:
        """Whether it ended as wanted, with nothing left to do."""
        if row["state"] != "done" or await self._difference(row, wanted) or _late(row, wanted):
            return False
        return wanted.remainder != "cancel" or not await self._open_backorders(row)

    async def finish(self, row: Row, wanted: Wanted) -> Row:
        """Bring it to its end, from wherever it is. The row as it is then."""
        if row["state"] == "cancel":
            raise parked(CANCELLED.format(name=row["name"]), f"stock.picking {row['id']}: state cancel")
        if row["state"] == "done":
            if text := await self._difference(row, wanted):
                raise parked(_OTHERWISE.format(name=row["name"], text=text), f"stock.picking {row['id']} done: {text}")
        else:
            row = await self._validated(row, wanted)
        if wanted.remainder == "cancel" and (left := await self._open_backorders(row)):
            # An operation type that always makes backorders makes one all the same.
            await self._anchors.act(PICKING, "action_cancel", left)
        if wanted.moved_at and _late(row, wanted):
            values = {"date_done": naive_utc(wanted.moved_at)}
            await self._anchors.act(PICKING, "write", (row["id"],), {"vals": values})
        return row

    async def documents(self, row: Row, kind: str = "transfer") -> Outcome:
        """The transfer, and the backorders made of it."""
        found = await self._session.find(PICKING, [("backorder_id", "=", row["id"])], ("name", "state"))
        rest = [WrittenDocument("backorder", str(one["id"]), one["name"]) for one in found if one["state"] != "cancel"]
        return (WrittenDocument(kind, str(row["id"]), str(row["name"])), *rest)

    async def moved(self, name: str, moves: Sequence[Move], lines: Sequence[MovedLine]) -> list[Moved]:
        """The lines in Odoo's words and units. Raises `Failed` naming what does not fit, before anything is written."""
        told = [line for line in lines if line.quantity]
        products = await self._items.products([move.product for move in moves])
        found = await self._found(name, moves, told, products)
        asked: list[Asked] = []
        for line, each in zip(told, found, strict=True):
            unit = next(move.unit for move in moves if _is(move, line, each))
            if line.lots and sum((lot.quantity for lot in line.lots), Decimal(0)) != line.quantity:
                text = f"the lots of {label(line.item)} do not add up to {plain(line.quantity)}"
                raise parked(_MISFIT.format(name=name, text=text), text)
            asked.append(Asked(line.quantity, line.unit, each, unit))
            asked += [Asked(lot.quantity, line.unit, each, unit) for lot in line.lots]
        converted = iter(await self._quantities.convert(asked))
        made: list[Moved] = []
        for line, each in zip(told, found, strict=True):
            quantity = next(converted)
            lots = tuple(LotPart(lot.lot, next(converted), line.package) for lot in line.lots)
            if line.package and not lots:
                lots = (LotPart("", quantity, line.package),)
            unit = next(move.unit for move in moves if _is(move, line, each))
            named = int(line.line_id) if line.line_id else 0
            made.append(Moved(each.product.id, unit, quantity, label(line.item), named, lots))
        return made

    async def _found(
        self, name: str, moves: Sequence[Move], lines: Sequence[MovedLine], products: Mapping[int, Product]
    ) -> list[Found]:
        """What each line is about: by its move, else among the products of the transfer, else a packaging of one."""
        there = [[move for move in moves if not line.line_id or str(move.id) == line.line_id] for line in lines]
        own = [
            {move.product: Found(products[move.product]) for move in each if _named_by(line, products[move.product])}
            for line, each in zip(lines, there, strict=True)
        ]
        packed = [line.item for line, each in zip(lines, own, strict=True) if len(each) != 1 and line.item.gtin]
        further = iter(await self._items.find(packed, archived=True))
        found: list[Found] = []
        for line, each, among in zip(lines, own, there, strict=True):
            one = next(iter(each.values())) if len(each) == 1 else next(further) if line.item.gtin else None
            if one is None or one.product.id not in {move.product for move in among}:
                text = f"{label(line.item)}{f' (line {line.line_id})' if line.line_id else ''} is not on it"
                raise parked(_MISFIT.format(name=name, text=text), f"transfer {name}: {text}")
            found.append(one)
        return found

    async def _difference(self, row: Row, wanted: Wanted) -> str:
        """How a done transfer differs from what is wanted, or ""."""
        if not wanted.lines:
            return ""
        moves = await self.moves(row["id"])
        lines = await self.moved(row["name"], moves, wanted.lines)
        units = {move.unit for move in moves} | {line.unit for line in lines}
        scales = await self._quantities.scales(units)
        return already(moves, lines, scales, await self._lots_done(row["id"], lines))

    async def _lots_done(self, picking: int, lines: Sequence[Moved]) -> dict[tuple[int, str], Fraction]:
        if not any(each.lot for line in lines for each in line.lots):
            return {}
        domain = [("picking_id", "=", picking), ("lot_id", "!=", False)]
        wanted = ("product_id", "lot_id", "quantity", "product_uom_id")
        rows = await self._session.find(MOVE_LINE, domain, wanted)
        scales = await self._quantities.scales({identifier(row["product_uom_id"]) for row in rows})
        done: dict[tuple[int, str], Fraction] = {}
        for row in rows:
            key = (identifier(row["product_id"]), str(row["lot_id"][1]))
            amount = Fraction(str(row["quantity"])) * scales[identifier(row["product_uom_id"])].per
            done[key] = done.get(key, Fraction(0)) + amount
        return done

    async def _validated(self, row: Row, wanted: Wanted) -> Row:
        picking, company = row["id"], identifier(row.get("company_id"))
        if row["state"] == "draft":
            await self._anchors.act(PICKING, "action_confirm", (picking,))
        moves = await self.moves(picking)
        if commands := await self._commands(row, moves, wanted):
            await self._anchors.act(PICKING, "write", (picking,), {"vals": {"move_ids": commands}})
        context = {"skip_backorder": True, "skip_sms": True, "skip_expired": True, **only_company(company)}
        if wanted.remainder == "cancel":
            context["picking_ids_not_to_backorder"] = [picking]
        answer: Any = None
        failure: Failed | None = None
        try:
            answer = await self._anchors.act(PICKING, "button_validate", (picking,), {}, context)
        except Failed as failed:
            if not isinstance(failed.verdict, Park):
                raise
            failure = failed
        row = await self.transfer(picking)
        if row["state"] != "done":
            if failure:
                raise failure
            asked = answer.get("res_model") if isinstance(answer, dict) else answer
            raise parked(_UNDONE.format(name=row["name"], asked=asked), f"button_validate answered {asked}")
        if text := await self._difference(row, wanted):
            raise parked(_OTHERWISE.format(name=row["name"], text=text), f"stock.picking {picking} done: {text}")
        return row

    async def _commands(self, row: Row, moves: Sequence[Move], wanted: Wanted) -> list[list[Any]]:
        """What has to be written before it is validated."""
        if not wanted.lines:
            waiting = [move for move in moves if move.open and move.quantity]
            if not waiting:
                raise parked(_NOTHING.format(name=row["name"]), f"stock.picking {row['id']}: no reserved quantity")
            # Odoo processes what is picked, and everything where nothing is.
            some = any(move.picked for move in waiting) and not all(move.picked for move in waiting)
            return [[1, move.id, {"picked": True}] for move in waiting if not move.picked] if some else []
        lines = await self.moved(row["name"], moves, wanted.lines)
        try:
            given = lay_over(moves, lines)
            if not given:
                raise parked(_NOTHING.format(name=row["name"]), "all quantities told are zero")
            detailed = [each for each in given if each.detailed]
            commands = [
                [1, each.move.id, {"quantity": float(each.quantity), "picked": True}]
                for each in given
                if not each.detailed
            ]
            commands += await self._detailed(row, detailed) if detailed else []
        except DoesNotFit as misfit:
            raise parked(_MISFIT.format(name=row["name"], text=misfit), str(misfit)) from None
        named = {each.move.id for each in given}
        unnamed = [move for move in moves if move.open and move.picked and move.id not in named]
        return [*commands, *([1, move.id, {"picked": False}] for move in unnamed)]

    async def _detailed(self, row: Row, given: Sequence[Given]) -> list[list[Any]]:
        """Commands for moves whose lots or packages are told."""
        lots = await self._lots(row, given)
        sources = await self._session.read("stock.location", [each.move.source for each in given], ("usage",))
        packages = await self._packages(
            row["id"], {part.package for each in given for part in each.parts if part.package}
        )
        lines = await self._lines([each.move for each in given])
        commands: list[list[Any]] = []
        for each in given:
            from_stock = sources.get(each.move.source, {}).get("usage") == _OURS
            own = {name: lot for (product, name), lot in lots.items() if product == each.move.product}
            unknown = sorted({part.lot for part in each.parts if part.lot and part.lot not in own})
            if unknown and from_stock:
                named = ", ".join(unknown)
                raise parked(_LOT.format(lots=named, name=row["name"]), f"no stock.lot {named}")
            lying = await self._lying(each, list(own.values())) if from_stock else []
            there = [line for line in lines if line.move == each.move.id]
            made = line_commands(each, there, lying, own, packages, from_stock=from_stock)
            commands.append([1, each.move.id, {"move_line_ids": made, "picked": True}])
        return commands

    async def _lots(self, row: Row, given: Sequence[Given]) -> dict[tuple[int, str], int]:
        names = sorted({part.lot for each in given for part in each.parts if part.lot})
        if not names:
            return {}
        products = sorted({each.move.product for each in given})
        company = identifier(row.get("company_id"))
        domain = [("name", "in", names), ("product_id", "in", products), ("company_id", "in", [False, company])]
        rows = await self._session.find("stock.lot", domain, ("name", "product_id"))
        return {(identifier(each["product_id"]), str(each["name"])): int(each["id"]) for each in rows}

    async def _packages(self, picking: int, names: set[str]) -> dict[str, int]:
        """Packages by their name, those that are not there yet made."""
        if not names:
            return {}
        model = (await self._session.fields(MOVE_LINE))["result_package_id"]["relation"]
        found = await self._session.find(model, [("name", "in", sorted(names))], ("name",))
        others = await self._of_others(picking, [row["id"] for row in found if not _is_sscc(str(row["name"]))])
        packages = {str(row["name"]): int(row["id"]) for row in found if row["id"] not in others}
        if missing := sorted(names - packages.keys()):
            values = [{"name": name} for name in missing]
            made = ids_of(await self._anchors.act(model, "create", None, {"vals_list": values}))
            packages |= dict(zip(missing, made, strict=True))
        return packages

    async def _of_others(self, picking: int, packages: Sequence[int]) -> set[int]:
        """Those of ``packages`` that another transfer's goods are in. An SSCC names one unit in the world; any other
        name means something within one transfer only, and warehouses give the same to the next.
        """
        if not packages:
            return set()
        domain = [("result_package_id", "in", packages), ("picking_id", "!=", picking)]
        lines = await self._session.find(MOVE_LINE, domain, ("result_package_id",))
        return {identifier(line["result_package_id"]) for line in lines}

    async def _lines(self, moves: Sequence[Move]) -> list[Line]:
        units = {move.id: move.unit for move in moves}
        wanted = ("move_id", "lot_id", "quantity", "product_uom_id", "location_id", "package_id", "owner_id")
        rows = await self._session.find(MOVE_LINE, [("move_id", "in", sorted(units))], wanted)
        scales = await self._quantities.scales({*units.values(), *(identifier(row["product_uom_id"]) for row in rows)})
        lines = []
        for row in rows:
            move = identifier(row["move_id"])
            per = scales[identifier(row["product_uom_id"])].per / scales[units[move]].per
            lot = str(row["lot_id"][1]) if row["lot_id"] else ""
            holds = Fraction(str(row["quantity"])) * per
            places = (identifier(row[key]) for key in ("location_id", "package_id", "owner_id"))
            lines.append(Line(row["id"], move, holds, lot, *places))
        return lines

    async def _lying(self, given: Given, lots: Sequence[int]) -> list[Lying]:
        """Stock free to be taken where a move takes from, of the lots told (of any where none is)."""
        move = given.move
        domain: list[Any] = [("product_id", "=", move.product), ("location_id", "child_of", move.source)]
        domain += [("lot_id", "in", list(lots))] if lots else []
        wanted = ("quantity", "reserved_quantity", "lot_id", "location_id", "package_id", "owner_id", "product_uom_id")
        rows = await self._session.find("stock.quant", domain, wanted)
        scales = await self._quantities.scales({move.unit, *(identifier(row["product_uom_id"]) for row in rows)})
        lying = []
        for row in rows:
            free = Fraction(str(row["quantity"])) - Fraction(str(row["reserved_quantity"]))
            holds = free * scales[identifier(row["product_uom_id"])].per / scales[move.unit].per
            places = (identifier(row[key]) for key in ("location_id", "package_id", "owner_id"))
            if holds > 0:
                lying.append(Lying(holds, str(row["lot_id"][1]) if row["lot_id"] else "", *places))
        return lying

    async def _open_backorders(self, row: Row) -> list[int]:
        domain = [("backorder_id", "=", row["id"]), ("state", "not in", ["done", "cancel"])]
        return await self._session.search(PICKING, domain)


def _named_by(line: MovedLine, product: Product) -> bool:
    """Whether a line names this product by its own number; a GTIN that is not the product's may be a packaging's."""
    item = line.item
    if item.gtin:
        return item.gtin.strip().lstrip("0") == product.gtin.strip().lstrip("0")
    return item.sku == product.sku if item.sku else bool(line.line_id)


def _is(move: Move, line: MovedLine, found: Found) -> bool:
    return str(move.id) == line.line_id if line.line_id else move.product == found.product.id


def _late(row: Row, wanted: Wanted) -> bool:
    """Whether its date of transfer is still when Odoo was told, not when goods were moved."""
    return wanted.moved_at is not None and row.get("date_done") != naive_utc(wanted.moved_at)


def _is_sscc(name: str) -> bool:
    try:
        return bool(parse_sscc(name))
    except InvalidIdentifier:
        return False
