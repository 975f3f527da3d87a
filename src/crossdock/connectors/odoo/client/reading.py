"""Reads everything one delivery is told from, so that its translation needs no further question.

A delivery document is self-contained: rows of Odoo as they came, with codes in place of ids where a code exists.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from crossdock.connectors.odoo.client.cursor import Cursor, seconds, text_of
from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.client.watching import PICKING, package_model
from crossdock.connectors.odoo.wire import FORMAT
from crossdock.model.identifiers import digest

PICKING_FIELDS = [
    "name",
    "state",
    "write_date",
    "date_deadline",
    "company_id",
    "partner_id",
    "sale_id",
    "carrier_id",
    "picking_type_id",
    "shipping_weight",
    "weight_uom_name",
]
"""Neither the tracking reference nor notes: our own writes must not look like a new demand."""
MOVE_FIELDS = ["picking_id", "product_id", "product_uom", "product_uom_qty", "product_qty", "state", "write_date"]
LINE_FIELDS = [
    "picking_id",
    "move_id",
    "product_id",
    "quantity_product_uom",
    "lot_id",
    "lot_name",
    "result_package_id",
    "write_date",
]
PRODUCT_FIELDS = [
    "default_code",
    "display_name",
    "barcode",
    "weight",
    "weight_uom_name",
    "uom_id",
    "hs_code",
    "country_of_origin",
    "write_date",
]
PARTNER_FIELDS = [
    "name",
    "is_company",
    "company_name",
    "parent_id",
    "street",
    "street2",
    "city",
    "zip",
    "state_id",
    "country_id",
    "phone",
    "mobile",
    "email",
    "ref",
    "lang",
    "partner_latitude",
    "partner_longitude",
    "global_location_number",
    "write_date",
]
PACKAGE_FIELDS = ["name", "shipping_weight", "outermost_package_id", "write_date"]


async def read_page(session: OdooSession, cursor: Cursor, ids: Sequence[int]) -> bytes:
    """One page's body: the deliveries of ``ids`` whose content is not what ``cursor`` says was emitted last."""
    deliveries = []
    for changed_at, delivery in await read_deliveries(session, ids):
        content = digest(msgspec.json.encode(delivery, order="sorted").decode())[:16]
        moment = cursor.version(delivery["picking"]["id"], content, changed_at)
        if moment:
            deliveries.append({**delivery, "changed_at": text_of(moment)})
    if not deliveries:
        return b""
    return msgspec.json.encode({"format": FORMAT, "serie": session.serie, "deliveries": deliveries})


async def read_deliveries(session: OdooSession, ids: Sequence[int]) -> list[tuple[int, Row]]:
    """(newest write_date in seconds, document) of those of ``ids`` that are ready or cancelled, in that order."""
    pickings = await session.read(PICKING, ids, PICKING_FIELDS)
    found = [pickings[order] for order in ids if order in pickings]
    ready = [row for row in found if row.get("state") == "assigned"]
    reader = _Reader(session)
    await reader.load(ready)
    result = []
    for row in found:
        if row.get("state") == "assigned":
            result.append(reader.delivery(row))
        elif row.get("state") == "cancel":
            picking = {"id": row["id"], "name": row["name"], "state": "cancel"}
            result.append((seconds(row.get("write_date")), {"picking": picking}))
    return result


class _Reader:
    """Loads related records of many transfers with one call per model, then deals them out."""

    def __init__(self, session: OdooSession) -> None:
        self._session = session
        self._rows: dict[str, dict[int, Row]] = {}
        self._moves: dict[int, list[Row]] = {}
        self._lines: dict[int, list[Row]] = {}
        self._packages = ""

    async def load(self, pickings: Sequence[Row]) -> None:
        if not pickings:
            return
        self._packages = await package_model(self._session)
        of_these = [("picking_id", "in", [row["id"] for row in pickings])]
        self._moves = _by_picking(await self._session.find("stock.move", of_these, MOVE_FIELDS))
        self._lines = _by_picking(await self._session.find("stock.move.line", of_these, LINE_FIELDS))
        moves = [row for rows in self._moves.values() for row in rows]
        lines = [row for rows in self._lines.values() for row in rows]
        await self._get("product.product", _ids([*moves, *lines], "product_id"), PRODUCT_FIELDS)
        products = self._rows["product.product"].values()
        units = [*_ids(moves, "product_uom"), *_ids(products, "uom_id")]
        await self._get("uom.uom", units, ["name"])
        await self._name_units()
        await self._get("stock.lot", _ids(lines, "lot_id"), ["name"])
        await self._get_packages(_ids(lines, "result_package_id"))
        await self._get("sale.order", _ids(pickings, "sale_id"), ["name", "client_order_ref", "write_date"])
        await self._get("delivery.carrier", _ids(pickings, "carrier_id"), ["name"])
        await self._get_places(pickings)

    def delivery(self, picking: Row) -> tuple[int, Row]:
        """One transfer's document and the newest write_date of what is in it."""
        moves = [row for row in self._moves.get(picking["id"], []) if row.get("state") != "cancel"]
        lines = self._lines.get(picking["id"], [])
        packages = self._held(self._packages, _ids(lines, "result_package_id"))
        packages += self._held(self._packages, _ids(packages, "outermost_package_id"))
        products = self._held("product.product", _ids([*moves, *lines], "product_id"))
        units = [*_ids(moves, "product_uom"), *_ids(products, "uom_id")]
        sale = self._one("sale.order", picking.get("sale_id"))
        to = self._one("res.partner", picking.get("partner_id"))
        newest = [picking, *moves, *lines, *packages, *products, *[row for row in (sale, to) if row]]
        company = self._one("res.company", picking.get("company_id"))
        carrier = self._one("delivery.carrier", picking.get("carrier_id"))
        document = {
            "picking": _bare(picking),
            "company": company["name"] if company else "",
            "carrier": carrier["name"] if carrier else "",
            "sale": _bare(sale) if sale else None,
            "ship_to": self._place(to),
            "ship_from": self._place(self._origin(picking)),
            "moves": [_bare(row) for row in moves],
            "lines": [self._line(row) for row in lines],
            "packages": [_bare(row) for row in {row["id"]: row for row in packages}.values()],
            "products": [self._product(row) for row in products],
            "units": self._held("uom.uom", units),
        }
        return max(seconds(row.get("write_date")) for row in newest), document

    async def _get(self, model: str, ids: Iterable[int], fields: Sequence[str]) -> None:
        known = self._rows.setdefault(model, {})
        known.update(await self._session.read(model, [each for each in ids if each not in known], fields))

    async def _get_packages(self, ids: Sequence[int]) -> None:
        if self._packages:
            await self._get(self._packages, ids, PACKAGE_FIELDS)
            outer = _ids(self._rows[self._packages].values(), "outermost_package_id")
            await self._get(self._packages, outer, PACKAGE_FIELDS)

    async def _get_places(self, pickings: Sequence[Row]) -> None:
        """Consignees with their companies, and the warehouses' or companies' own addresses."""
        await self._get("res.company", _ids(pickings, "company_id"), ["name", "partner_id"])
        await self._get("stock.picking.type", _ids(pickings, "picking_type_id"), ["warehouse_id"])
        types = self._rows["stock.picking.type"].values()
        await self._get("stock.warehouse", _ids(types, "warehouse_id"), ["partner_id"])
        own = [*self._rows["stock.warehouse"].values(), *self._rows["res.company"].values()]
        await self._get("res.partner", [*_ids(pickings, "partner_id"), *_ids(own, "partner_id")], PARTNER_FIELDS)
        await self._get("res.partner", _ids(self._rows["res.partner"].values(), "parent_id"), PARTNER_FIELDS)
        partners = self._rows["res.partner"].values()
        await self._get("res.country.state", _ids(partners, "state_id"), ["code"])
        origins = _ids(self._rows["product.product"].values(), "country_of_origin")
        await self._get("res.country", [*_ids(partners, "country_id"), *origins], ["code"])

    async def _name_units(self) -> None:
        """Units by the name Odoo's own data files give them: their labels are translated and editable."""
        units = self._rows["uom.uom"]
        if units:
            found = await self._session.call(Call("uom.uom", "get_external_id", tuple(sorted(units))))
            for key, name in found.items() if isinstance(found, dict) else ():
                units[int(key)]["external_id"] = name

    def _place(self, partner: Row | None) -> Row | None:
        if partner is None:
            return None
        parent = self._one("res.partner", partner.get("parent_id"))
        return {
            "partner": _bare(partner),
            "parent": parent["name"] if parent else "",
            "state": self._code("res.country.state", partner.get("state_id")),
            "country": self._code("res.country", partner.get("country_id")),
        }

    def _origin(self, picking: Row) -> Row | None:
        kind = self._one("stock.picking.type", picking.get("picking_type_id"))
        warehouse = self._one("stock.warehouse", kind.get("warehouse_id")) if kind else None
        company = self._one("res.company", picking.get("company_id"))
        for owner in (warehouse, company):
            if owner and (place := self._one("res.partner", owner.get("partner_id"))):
                return place
        return None

    def _line(self, row: Row) -> Row:
        lot = self._one("stock.lot", row.get("lot_id"))
        return {**_bare(row), "lot": lot["name"] if lot else row.get("lot_name") or ""}

    def _product(self, row: Row) -> Row:
        return {**_bare(row), "origin": self._code("res.country", row.get("country_of_origin"))}

    def _one(self, model: str, relation: object) -> Row | None:
        return self._rows.get(model, {}).get(identifier(relation))

    def _held(self, model: str, ids: Iterable[int]) -> list[Row]:
        rows = self._rows.get(model, {})
        return [rows[each] for each in sorted(set(ids)) if each in rows]

    def _code(self, model: str, relation: object) -> str:
        row = self._one(model, relation)
        return str(row["code"]) if row and row.get("code") else ""


def _by_picking(rows: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = {}
    for row in rows:
        grouped.setdefault(identifier(row.get("picking_id")), []).append(row)
    return grouped


def _ids(rows: Iterable[Row], field: str) -> list[int]:
    return [found for row in rows if (found := identifier(row.get(field)))]


def _bare(row: Row) -> Row:
    """Without the time of writing, which says nothing of the content, and with relations as bare ids."""
    return {key: _bare_value(value) for key, value in row.items() if key != "write_date"}


def _bare_value(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str) else value
