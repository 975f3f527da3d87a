"""Reads records of many documents with one call per model and deals them out, so that a translation needs no question.

Rows stay as Odoo gives them, with codes in place of ids where a code exists.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.client.watching import NOT_READABLE, package_model

ACCESS_ERROR = "AccessError"
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
    "name",
    "barcode",
    "weight",
    "weight_uom_name",
    "uom_id",
    "hs_code",
    "country_of_origin",
    "write_date",
]
TRADE_FIELDS = ["default_code", "name", "barcode", "uom_id", "write_date"]
"""What a product is known by; its weight or origin is nothing an order or a finished transfer says."""
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


class Document(Struct, frozen=True):
    """A document as a feed tells it: the newest write_date in it (seconds) and its rows; ``closed`` at its end."""

    id: int
    changed_at: int
    rows: Row
    closed: bool = False


class Rows:
    """Related records by model and id, each read once."""

    def __init__(self, session: OdooSession) -> None:
        """Reads through ``session``."""
        self._session = session
        self._rows: dict[str, dict[int, Row]] = {}
        self.packages = ""

    async def get(self, model: str, ids: Iterable[int], fields: Sequence[str]) -> None:
        """Read those of ``ids`` not known yet. Raises `Failed`."""
        known = self._rows.setdefault(model, {})
        known.update(await self._session.read(model, [each for each in ids if each not in known], fields))

    async def get_if_readable(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> None:
        """Likewise, and nothing where the model is not installed or this user may not read it."""
        known = self._rows.setdefault(model, {})
        try:
            known.update(await read_apart(self._session, model, [each for each in ids if each not in known], fields))
        except Failed as failed:
            if failed.name not in NOT_READABLE:
                raise

    async def get_goods(
        self, moves: Sequence[Row], lines: Sequence[Row], fields: Sequence[str] = PRODUCT_FIELDS
    ) -> None:
        """Products (their ``fields``), units, lots and packages of stock moves and their lines."""
        await self.get_products([*moves, *lines], "product_uom", fields)
        await self.get("stock.lot", ids_in(lines, "lot_id"), ["name", "expiration_date"])
        self.packages = await package_model(self._session)
        if self.packages:
            await self.get(self.packages, ids_in(lines, "result_package_id"), PACKAGE_FIELDS)
            outer = ids_in(self._rows[self.packages].values(), "outermost_package_id")
            await self.get(self.packages, outer, PACKAGE_FIELDS)

    async def get_products(self, rows: Sequence[Row], unit: str, fields: Sequence[str]) -> None:
        """Products of ``rows`` with their origin, and units: theirs and those in the field ``unit`` of ``rows``."""
        await self.get("product.product", ids_in(rows, "product_id"), fields)
        products = self._rows["product.product"].values()
        await self.get("uom.uom", [*ids_in(rows, unit), *ids_in(products, "uom_id")], ["name"])
        await self._name_units()
        await self.get("res.country", ids_in(products, "country_of_origin"), ["code"])

    async def get_partners(self, ids: Iterable[int]) -> None:
        """Partners with their companies, subdivisions and countries."""
        await self.get("res.partner", ids, PARTNER_FIELDS)
        await self.get("res.partner", ids_in(self._rows["res.partner"].values(), "parent_id"), PARTNER_FIELDS)
        partners = self._rows["res.partner"].values()
        await self.get("res.country.state", ids_in(partners, "state_id"), ["code"])
        await self.get("res.country", ids_in(partners, "country_id"), ["code"])

    def one(self, model: str, relation: object) -> Row | None:
        """The record a many2one names."""
        return self._rows.get(model, {}).get(identifier(relation))

    def held(self, model: str, ids: Iterable[int]) -> list[Row]:
        """Known records by id."""
        rows = self._rows.get(model, {})
        return [rows[each] for each in sorted(set(ids)) if each in rows]

    def name(self, model: str, relation: object, field: str = "name") -> str:
        """The name of the record a many2one names; "" where there is none."""
        row = self.one(model, relation)
        return str(row[field]) if row and row.get(field) else ""

    def place(self, partner: Row | None) -> Row | None:
        """A partner with what its relations mean."""
        if partner is None:
            return None
        return {
            "partner": bare(partner),
            "parent": self.name("res.partner", partner.get("parent_id")),
            "state": self.name("res.country.state", partner.get("state_id"), "code"),
            "country": self.name("res.country", partner.get("country_id"), "code"),
        }

    def line(self, row: Row) -> Row:
        """A move line with its lot's name."""
        lot = self.one("stock.lot", row.get("lot_id"))
        return {**bare(row), "lot": lot["name"] if lot else row.get("lot_name") or ""}

    def product(self, row: Row) -> Row:
        """A product with the country it is from."""
        return {**bare(row), "origin": self.name("res.country", row.get("country_of_origin"), "code")}

    async def _name_units(self) -> None:
        """Units by the name Odoo's own data files give them: their labels are translated and editable."""
        units = self._rows["uom.uom"]
        if units:
            found = await self._session.call(Call("uom.uom", "get_external_id", tuple(sorted(units))))
            for key, name in found.items() if isinstance(found, dict) else ():
                units[int(key)]["external_id"] = name


async def read_apart(session: OdooSession, model: str, ids: Sequence[int], fields: Sequence[str]) -> dict[int, Row]:
    """Rows by id like `OdooSession.read`; one record this user may not read does not keep its neighbours back.

    Deleted records are left out, and so are refused ones; `refused_of` tells them apart.
    """
    try:
        return await session.read(model, ids, fields)
    except Failed as failed:
        if failed.name != ACCESS_ERROR:
            raise
    if len(ids) <= 1:
        return {}
    half = len(ids) // 2
    return {
        **await read_apart(session, model, ids[:half], fields),
        **await read_apart(session, model, ids[half:], fields),
    }


def by_relation(rows: Iterable[Row], field: str) -> dict[int, list[Row]]:
    """Rows by the record their many2one ``field`` names."""
    grouped: dict[int, list[Row]] = {}
    for row in rows:
        grouped.setdefault(identifier(row.get(field)), []).append(row)
    return grouped


def ids_in(rows: Iterable[Row], field: str) -> list[int]:
    """The ids the many2one ``field`` of ``rows`` names."""
    return [found for row in rows if (found := identifier(row.get(field)))]


def bare(row: Mapping[str, Any]) -> Row:
    """Without the time of writing, which says nothing of the content, and with relations as bare ids."""
    return {key: _bare_value(value) for key, value in row.items() if key != "write_date"}


def _bare_value(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str) else value
