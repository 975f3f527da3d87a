"""Packagings of products: records of their own before Odoo 19, units of measure with barcodes since."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from crossdock.connectors.odoo.client.flows.anchors import Anchors
from crossdock.connectors.odoo.client.flows.loading import Filled, Loading
from crossdock.connectors.odoo.client.flows.quantities import UNIT
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.mapping.anchors import external_id, name_of
from crossdock.connectors.odoo.mapping.masterdata import Cell, Wanted, differing, refused
from crossdock.connectors.odoo.mapping.units import exact
from crossdock.model.masterdata import Packaging, ProductRecord, RejectedRecord

PRODUCT, PACKAGING, BARCODE = "product.product", "product.packaging", "product.uom"
_CHUNK = 1000


class Packagings:
    """Writes the packagings of products that are there. Every method raises `Failed` when Odoo cannot be asked."""

    def __init__(self, session: OdooSession, anchors: Anchors, loading: Loading) -> None:
        """Writes through ``loading`` and ``anchors``."""
        self._session = session
        self._anchors = anchors
        self._loading = loading

    async def write(self, records: Mapping[str, ProductRecord], ids: Mapping[str, int]) -> list[RejectedRecord]:
        """By JSON pointer the products with packagings, and their ids. Returns the packagings that were declined."""
        if not records:
            return []
        packed = [
            (f"{pointer}/packagings/{number}", ids[pointer], record.item.sku, each)
            for pointer, record in records.items()
            for number, each in enumerate(record.packagings)
        ]
        if "product_uom_ids" in await self._session.fields(PRODUCT):
            return await self._as_units(packed)
        return await self._as_records(packed)

    async def _as_records(self, packed: Sequence[tuple[str, int, str, Packaging]]) -> list[RejectedRecord]:
        wanted = [
            (product, Wanted(pointer, f"{sku} {each.name}", name_of("packaging", sku, each.name), _cells(each), {}))
            for pointer, product, sku, each in packed
        ]
        there = await self._there(PACKAGING, [product for product, _ in wanted], ["name", "qty", "barcode"])
        keys = {(product, str(each.cells["name"])): each for product, each in wanted}
        known = {(identifier(row["product_id"]), str(row["name"])): row for row in there}
        new: list[Filled] = [
            (external_id(each.name), {**each.cells, "product_id/.id": key[0]})
            for key, each in keys.items()
            if key not in known
        ]
        changed = [
            (str(known[key]["id"]), cells)
            for key, each in keys.items()
            if key in known and (cells := differing(each.cells, known[key]))
        ]
        outcome = await self._loading.write(PACKAGING, "id", new)
        outcome |= await self._loading.write(PACKAGING, ".id", changed)
        by_key = {str(known[key]["id"]) if key in known else external_id(each.name): each for key, each in keys.items()}
        return _declined(outcome, by_key)

    async def _as_units(self, packed: Sequence[tuple[str, int, str, Packaging]]) -> list[RejectedRecord]:
        """A unit of that size and name for all products alike, allowed on the product, with the product's barcode."""
        products = await self._products([product for _, product, _, _ in packed])
        units, declined = await self._units(packed, products)
        for unit, lacking in _lacking(packed, products, units).items():
            await self._anchors.act(PRODUCT, "write", lacking, {"vals": {"uom_ids": [[4, unit, 0]]}})
        there = await self._there(BARCODE, list(products), ["uom_id", "barcode"])
        known = {(identifier(row["product_id"]), identifier(row["uom_id"])): row for row in there}
        new: list[Filled] = []
        changed: list[Filled] = []
        by_key: dict[str, Wanted] = {}
        for pointer, product, sku, each in packed:
            unit = units.get(_size(each, products[product]), 0)
            if not unit or not each.gtin:
                continue
            row = known.get((product, unit))
            wanted = Wanted(
                pointer, f"{sku} {each.name}", name_of("barcode", sku, each.name), {"barcode": each.gtin}, {}
            )
            if row is None:
                cells: dict[str, Cell] = {"barcode": each.gtin, "product_id/.id": product, "uom_id/.id": unit}
                new.append((external_id(wanted.name), cells))
                by_key[external_id(wanted.name)] = wanted
            elif row["barcode"] != each.gtin:
                changed.append((str(row["id"]), {"barcode": each.gtin}))
                by_key[str(row["id"])] = wanted
        outcome = await self._loading.write(BARCODE, "id", new)
        outcome |= await self._loading.write(BARCODE, ".id", changed)
        return [*declined, *_declined(outcome, by_key)]

    async def _units(
        self, packed: Sequence[tuple[str, int, str, Packaging]], products: Mapping[int, Row]
    ) -> tuple[dict[tuple[int, Decimal, str], int], list[RejectedRecord]]:
        """Units by base, size and name, made where there is none."""
        sizes: dict[tuple[int, Decimal, str], str] = {}
        for pointer, product, _, each in packed:
            sizes.setdefault(_size(each, products[product]), pointer)
        columns = ["name", "relative_factor", "relative_uom_id"]
        rows = await self._session.find(UNIT, [("relative_uom_id", "in", sorted({key[0] for key in sizes}))], columns)
        found = {
            (identifier(row["relative_uom_id"]), exact(Decimal(str(row["relative_factor"]))), str(row["name"])): int(
                row["id"]
            )
            for row in rows
        }
        missing = {
            external_id(name_of("unit", str(key[0]), str(key[1]), key[2])): key for key in sizes if key not in found
        }
        new: list[Filled] = [
            (name, {"name": key[2], "relative_factor": key[1], "relative_uom_id/.id": key[0]})
            for name, key in missing.items()
        ]
        outcome = await self._loading.write(UNIT, "id", new)
        found |= {missing[name]: made for name, made in outcome.items() if isinstance(made, int)}
        wanted = {name: Wanted(sizes[key], key[2], name, {}, {}) for name, key in missing.items()}
        return found, _declined(outcome, wanted)

    async def _products(self, ids: Sequence[int]) -> dict[int, Row]:
        rows: dict[int, Row] = {}
        distinct = sorted(set(ids))
        for start in range(0, len(distinct), _CHUNK):
            rows |= await self._session.read(PRODUCT, distinct[start : start + _CHUNK], ["uom_id", "uom_ids"])
        return rows

    async def _there(self, model: str, products: Sequence[int], columns: Sequence[str]) -> list[Row]:
        rows: list[Row] = []
        distinct = sorted(set(products))
        for start in range(0, len(distinct), _CHUNK):
            domain = [("product_id", "in", distinct[start : start + _CHUNK])]
            rows += await self._session.find(model, domain, [*columns, "product_id"])
        return rows


def _cells(each: Packaging) -> dict[str, Cell]:
    cells: dict[str, Cell] = {"name": each.name, "qty": exact(each.contains)}
    return cells | ({"barcode": each.gtin} if each.gtin else {})


def _size(each: Packaging, product: Row) -> tuple[int, Decimal, str]:
    return (identifier(product["uom_id"]), exact(each.contains), each.name)


def _lacking(
    packed: Sequence[tuple[str, int, str, Packaging]],
    products: Mapping[int, Row],
    units: Mapping[tuple[int, Decimal, str], int],
) -> dict[int, tuple[int, ...]]:
    """By unit, the products it is not allowed on yet."""
    found: dict[int, set[int]] = {}
    for _, product, _, each in packed:
        unit = units.get(_size(each, products[product]), 0)
        if unit and unit not in products[product]["uom_ids"]:
            found.setdefault(unit, set()).add(product)
    return {unit: tuple(sorted(lacking)) for unit, lacking in found.items()}


def _declined(outcome: Mapping[str, int | str], wanted: Mapping[str, Wanted]) -> list[RejectedRecord]:
    return [
        refused(wanted[key].pointer, wanted[key].reference, f"Odoo declines it ({why})", why)
        for key, why in outcome.items()
        if isinstance(why, str)
    ]
