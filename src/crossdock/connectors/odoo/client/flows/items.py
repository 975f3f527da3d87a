"""The products that items name: by GTIN of the product or of a packaging, else by SKU. Never by likeness."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.model.item import Item
from crossdock.ports.verdicts import Explanation, Park

PRODUCT = "product.product"
PRODUCT_FIELDS = ("name", "default_code", "barcode", "uom_id", "tracking", "active", "company_id")
_GTIN_LENGTHS = (8, 12, 13, 14)
_UNKNOWN = "Odoo has no product for {items}: add it (internal reference or barcode), or correct the order, then retry."
_AMBIGUOUS = "Several products in Odoo could be {items}: make barcode or internal reference unique, then retry."
_ARCHIVED = "The product for {items} is archived in Odoo: unarchive it, or correct the order, then retry."


class Product(Struct, frozen=True):
    """A product variant of Odoo; ``unit`` is the id of the unit of measure it is kept in."""

    id: int
    name: str
    sku: str
    gtin: str
    unit: int
    tracking: str
    active: bool


class Found(Struct, frozen=True):
    """What an item names: a product, or a packaging of it when its GTIN is the packaging's.

    A packaging holds ``contains`` of the product's unit (Odoo 18), or is itself a unit of measure, ``packing_unit``
    (Odoo 19); a name alone means neither.
    """

    product: Product
    packing: str = ""
    contains: Decimal = Decimal(0)
    packing_unit: int = 0


class Items:
    """Looks products up. Every method raises `Failed`: Park naming every item that is unknown or ambiguous."""

    def __init__(self, session: OdooSession) -> None:
        """Reads through ``session``."""
        self._session = session

    async def find(self, items: Sequence[Item], *, company: int = 0, archived: bool = False) -> list[Found]:
        """What each of ``items`` names, in their order. ``company``: its own products and shared ones only.

        ``archived`` products are found too when asked for: goods of theirs may still be on the way.
        """
        if not items:
            return []
        rows = await self._named(items, company)
        packed = await self._packed([each for each in items if each.gtin and not _by_gtin(each, rows)], company)
        faults: dict[str, list[str]] = {}
        found: list[Found] = []
        for item in items:
            fits = [each for each in _candidates(item, rows, packed) if archived or each.product.active]
            if len(fits) == 1:
                found.append(fits[0])
                continue
            there = _candidates(item, rows, packed)
            text = _AMBIGUOUS if fits else _ARCHIVED if there else _UNKNOWN
            faults.setdefault(text, []).append(label(item))
        if faults:
            operator = " ".join(text.format(items=", ".join(named)) for text, named in faults.items())
            raise Failed(Park(Explanation(operator, "item.unknown: no one product.product by barcode or default_code")))
        return found

    async def products(self, ids: Sequence[int]) -> dict[int, Product]:
        """Products by id, archived ones too."""
        rows = await self._session.read(PRODUCT, ids, PRODUCT_FIELDS)
        return {key: _product(row) for key, row in rows.items()}

    async def named(self, ids: Sequence[int]) -> dict[int, Found]:
        """The same as what an item would name: each product itself, none of its packagings."""
        return {key: Found(product) for key, product in (await self.products(ids)).items()}

    async def _named(self, items: Sequence[Item], company: int) -> list[Product]:
        gtins = sorted({form for item in items for form in _forms(item.gtin)})
        skus = sorted({item.sku for item in items if item.sku})
        if not gtins and not skus:
            return []
        domain = ["|", ("barcode", "in", gtins), ("default_code", "in", skus), *_all_of(company)]
        return [_product(row) for row in await self._session.find(PRODUCT, domain, PRODUCT_FIELDS)]

    async def _packed(self, items: Sequence[Item], company: int) -> Mapping[str, list[Found]]:
        """Packagings by GTIN: records of their own before 19, barcodes of units of measure since."""
        forms = sorted({form for item in items for form in _forms(item.gtin)})
        if not forms:
            return {}
        units = "product_uom_ids" in await self._session.fields(PRODUCT)
        model = "product.uom" if units else "product.packaging"
        wanted = ["barcode", "product_id", "uom_id", "name", "qty"]
        rows = await self._session.find(model, [("barcode", "in", forms)], wanted)
        found = await self._session.find(
            PRODUCT, [("id", "in", [identifier(row["product_id"]) for row in rows]), *_all_of(company)], PRODUCT_FIELDS
        )
        products = {each.id: each for each in map(_product, found)}
        packed: dict[str, list[Found]] = {}
        for row in rows:
            if product := products.get(identifier(row["product_id"])):
                packed.setdefault(_bare(str(row["barcode"])), []).append(_packing(row, product))
        return packed


def label(item: Item) -> str:
    """What people recognise an item by."""
    named = [f"GTIN {item.gtin}" if item.gtin else "", f"SKU {item.sku}" if item.sku else ""]
    return " / ".join(each for each in named if each) or item.name or "an item without number"


def _candidates(item: Item, rows: Sequence[Product], packed: Mapping[str, list[Found]]) -> list[Found]:
    """By GTIN of the product, else of a packaging, else by SKU; the first that knows anything decides."""
    if by_gtin := _by_gtin(item, rows):
        return _preferring_active([Found(each) for each in by_gtin])
    if item.gtin and (by_packing := packed.get(_bare(item.gtin))):
        return _preferring_active(by_packing)
    return _preferring_active([Found(each) for each in rows if item.sku and each.sku == item.sku])


def _preferring_active(found: list[Found]) -> list[Found]:
    return [each for each in found if each.product.active] or found


def _by_gtin(item: Item, rows: Sequence[Product]) -> list[Product]:
    return [each for each in rows if item.gtin and each.gtin and _bare(each.gtin) == _bare(item.gtin)]


def _forms(gtin: str) -> list[str]:
    """A GTIN as people may have typed it: GS1 numbers keep their meaning with zeros in front."""
    bare = _bare(gtin)
    return [bare.zfill(length) for length in _GTIN_LENGTHS if len(bare) <= length] if bare else []


def _bare(gtin: str) -> str:
    return gtin.strip().lstrip("0")


def _all_of(company: int) -> list[object]:
    """Archived ones too; with a company, its own and the shared ones."""
    shown: list[object] = [("active", "in", [True, False])]
    return [*shown, ("company_id", "in", [False, company])] if company else shown


def _product(row: Row) -> Product:
    return Product(
        id=row["id"],
        name=str(row.get("name") or ""),
        sku=str(row.get("default_code") or "").strip(),
        gtin=str(row.get("barcode") or "").strip(),
        unit=identifier(row.get("uom_id")),
        tracking=str(row.get("tracking") or "none"),
        active=bool(row.get("active", True)),
    )


def _packing(row: Row, product: Product) -> Found:
    unit = row.get("uom_id")
    if identifier(unit):
        return Found(product, str(unit[1]) if isinstance(unit, list) else "", packing_unit=identifier(unit))
    return Found(product, str(row.get("name") or ""), contains=Decimal(str(row.get("qty") or 0)))
