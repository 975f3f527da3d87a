"""Where stock lies and what tells it apart: locations and warehouses, lots and packages, each found by its name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.model.stock import StockPlace
from crossdock.ports.verdicts import Explanation, Park

LOCATION, WAREHOUSE, LOT = "stock.location", "stock.warehouse", "stock.lot"
_STOCKED = ("internal", "transit")
_NO_PLACE = "Odoo has no such place: {places}. Create the location or correct its name, then retry."
_TWO_PLACES = "More than one place in Odoo is meant by {places}: give its barcode or rename one, then retry."
_TWO_LOTS = "Odoo has more than one lot {lots} of this product: merge or rename them, then retry."
_TWO_PACKAGES = "Odoo has more than one package named {packages}: rename one, then retry."


class Place(Struct, frozen=True):
    """A location of Odoo; ``company`` 0: of all companies, ``warehouse`` 0: of none."""

    id: int
    name: str
    company: int = 0
    warehouse: int = 0


class Places:
    """Looks up and, for lots and packages, makes. Every method raises `Failed`: Park naming what is wrong."""

    def __init__(self, session: OdooSession) -> None:
        """Reads through ``session``."""
        self._session = session

    async def find(self, places: Sequence[StockPlace]) -> list[Place]:
        """The location of each place, in their order: by full name or barcode, or a warehouse's main stock."""
        wanted = sorted({each.location for each in places if each.location})
        codes = sorted({each.warehouse for each in places if not each.location})
        fields = ("complete_name", "barcode", "company_id", "warehouse_id")
        main = await self._main_stocks(codes)
        domain = ["|", ("complete_name", "in", wanted), ("barcode", "in", wanted), ("usage", "in", list(_STOCKED))]
        rows = await self._session.find(LOCATION, domain, fields) if wanted else []
        stocks = [one for found in main.values() for one in found]
        rows_of_main = await self._session.find(LOCATION, [("id", "in", stocks)], fields) if stocks else []
        by_id = {row["id"]: row for row in rows_of_main}
        return _chosen(places, rows, {code: [by_id[one] for one in found] for code, found in main.items()})

    async def lots(self, wanted: Iterable[tuple[int, str]]) -> Mapping[tuple[int, str], int]:
        """Lots by product and name; unknown ones are left out."""
        pairs = set(wanted)
        if not pairs:
            return {}
        domain = [
            ("product_id", "in", sorted({product for product, _ in pairs})),
            ("name", "in", sorted({name for _, name in pairs})),
        ]
        found: dict[tuple[int, str], int] = {}
        for row in await self._session.find(LOT, domain, ["name", "product_id"]):
            key = (identifier(row["product_id"]), str(row["name"]))
            if key in found:
                why = f"stock.lot {found[key]} and {row['id']}"
                raise Failed(Park(Explanation(_TWO_LOTS.format(lots=key[1]), why)))
            if key in pairs:
                found[key] = row["id"]
        return found

    async def ensure_lots(self, wanted: Iterable[tuple[int, str]]) -> Mapping[tuple[int, str], int]:
        """Lots by product and name; unknown ones are made."""
        pairs = set(wanted)
        found = await self.lots(pairs)
        missing = sorted(pairs - found.keys())
        if not missing:
            return found
        made = await self._make_lots([{"product_id": product, "name": name} for product, name in missing])
        return {**found, **dict(zip(missing, made, strict=True))}

    async def packages(self, names: Iterable[str]) -> Mapping[str, int]:
        """Packages by name (an SSCC, mostly); unknown ones are left out."""
        wanted = sorted({name for name in names if name})
        if not wanted:
            return {}
        found: dict[str, int] = {}
        for row in await self._session.find(await self._package_model(), [("name", "in", wanted)], ["name"]):
            if row["name"] in found:
                why = f"packages {found[row['name']]} and {row['id']}"
                raise Failed(Park(Explanation(_TWO_PACKAGES.format(packages=row["name"]), why)))
            found[str(row["name"])] = row["id"]
        return found

    async def ensure_packages(self, names: Iterable[str]) -> Mapping[str, int]:
        """Packages by name; unknown ones are made."""
        wanted = {name for name in names if name}
        found = await self.packages(wanted)
        missing = sorted(wanted - found.keys())
        if not missing:
            return found
        values = [{"name": name} for name in missing]
        made = await self._session.call(
            Call(await self._package_model(), "create", None, {"vals_list": values}, writes=True)
        )
        return {**found, **dict(zip(missing, ids_of(made), strict=True))}

    async def _main_stocks(self, codes: Sequence[str]) -> Mapping[str, list[int]]:
        if not codes:
            return {}
        found: dict[str, list[int]] = {code: [] for code in codes}
        for row in await self._session.find(WAREHOUSE, [("code", "in", list(codes))], ["code", "lot_stock_id"]):
            found.setdefault(str(row["code"]), []).append(identifier(row["lot_stock_id"]))
        return found

    async def _package_model(self) -> str:
        """``stock.package``, or ``stock.quant.package`` before 19."""
        relation = (await self._session.fields("stock.move.line")).get("result_package_id", {}).get("relation")
        return str(relation or "stock.package")

    async def _make_lots(self, values: list[dict[str, Any]]) -> tuple[int, ...]:
        call = Call(LOT, "create", None, {"vals_list": values}, writes=True)
        try:
            return ids_of(await self._session.call(call))
        except Failed as failed:
            if failed.name != "TypeError":
                raise
        # Early 18.0 lacks the mark that makes create a method of the model, and takes a record set before the values.
        return ids_of(await self._session.call(Call(LOT, "create", (), {"vals_list": values}, writes=True)))


def _chosen(places: Sequence[StockPlace], rows: Sequence[Row], main: Mapping[str, list[Row]]) -> list[Place]:
    chosen: list[Place] = []
    faults: dict[str, list[str]] = {}
    for place in places:
        name = place.location or f"warehouse {place.warehouse}"
        fits = _named(place.location, rows) if place.location else main.get(place.warehouse, [])
        if len(fits) == 1:
            chosen.append(_place(fits[0]))
        elif fits:
            candidates = ", ".join(f"{row['complete_name']} (id {row['id']})" for row in fits)
            faults.setdefault(_TWO_PLACES, []).append(f"'{name}': {candidates}")
        else:
            faults.setdefault(_NO_PLACE, []).append(f"'{name}'")
    if faults:
        text = " ".join(key.format(places="; ".join(sorted(set(named)))) for key, named in faults.items())
        raise Failed(Park(Explanation(text, "stock.location by complete_name or barcode, usage internal or transit")))
    return chosen


def _named(name: str, rows: Sequence[Row]) -> list[Row]:
    """A barcode is more exact than a name, which two companies may share."""
    return [row for row in rows if row["barcode"] == name] or [row for row in rows if row["complete_name"] == name]


def _place(row: Row) -> Place:
    company, warehouse = identifier(row.get("company_id")), identifier(row.get("warehouse_id"))
    return Place(row["id"], str(row["complete_name"]), company, warehouse)
