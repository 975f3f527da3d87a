"""Master data as the cells ``load`` takes, what cannot be applied told apart beforehand, and what differs; pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import Struct

from crossdock.connectors.odoo.mapping.anchors import name_of
from crossdock.connectors.odoo.mapping.freight import major
from crossdock.connectors.odoo.mapping.units import exact
from crossdock.model.identifiers import InvalidIdentifier, parse_gln, parse_gtin
from crossdock.model.masterdata import CarrierRecord, PartyRecord, ProductRecord, RejectedRecord
from crossdock.model.units import InvalidUnit, convert

Record = TypeVar("Record")
Cell = str | Decimal | int | bool
Cells = Mapping[str, Cell]
_TRACKING_HOLE = "<shipmenttrackingnumber>"
"""What Odoo's delivery methods put the tracking reference into."""


class Invalid(ValueError):
    """A record that cannot be applied as it is. The text says why, to the person who sends it."""


class Wanted(Struct, frozen=True):
    """A record as it shall be: ``cells`` by column of ``load``; ``only_new`` are for one that is not there yet."""

    pointer: str
    reference: str
    name: str
    cells: dict[str, Cell]
    only_new: dict[str, Cell]


class Knowledge(Struct, frozen=True):
    """What this Odoo has: countries and regions by code, units by Rec 20 code, and the fields of its models.

    ``weight_unit`` (Rec 20) is what the whole database weighs in, ``currency`` what it sells in.
    """

    countries: Mapping[str, int]
    regions: Mapping[tuple[int, str], int]
    units: Mapping[str, int]
    product_fields: frozenset[str]
    partner_fields: frozenset[str]
    weight_unit: str = "KGM"
    currency: str = ""


def product_name(sku: str) -> str:
    """The external id of a product."""
    return name_of("product", sku)


def party_name(reference: str) -> str:
    """The external id of a partner."""
    return name_of("party", reference)


def carrier_name(code: str) -> str:
    """The external id of a delivery method."""
    return name_of("carrier", code)


def product_wanted(pointer: str, record: ProductRecord, knows: Knowledge) -> Wanted:
    """A product's cells. Raises `Invalid`."""
    item = record.item
    if not item.sku.strip():
        raise Invalid("a product needs an SKU")
    cells: dict[str, Cell] = {"default_code": item.sku, "tracking": record.tracking, "active": record.active}
    cells["uom_id/.id"] = _unit(record.unit, knows)
    if item.name:
        cells["name"] = item.name
    if item.gtin:
        cells["barcode"] = _gtin(item.gtin)
    if item.weight:
        cells["weight"] = _weight(record, knows)
    if item.hs_code and "hs_code" in knows.product_fields:
        cells["hs_code"] = item.hs_code
    if item.country_of_origin and "country_of_origin" in knows.product_fields:
        cells["country_of_origin/.id"] = _country(item.country_of_origin, knows)
    if record.price:
        if knows.currency and record.price.currency != knows.currency:
            raise Invalid(f"the price is in {record.price.currency}, Odoo sells in {knows.currency}")
        cells["list_price"] = exact(major(record.price))
    _check_packagings(record)
    stored: dict[str, Cell] = {"type": "consu", "is_storable": True}
    if "is_storable" not in knows.product_fields:
        stored = {"detailed_type": "product"}
    return Wanted(pointer, item.sku, product_name(item.sku), cells, {"name": item.name or item.sku, **stored})


def party_wanted(pointer: str, record: PartyRecord, knows: Knowledge) -> Wanted:
    """A partner's cells without its parent, whose id is not known yet. Raises `Invalid`."""
    party, address = record.party, record.party.address
    if not party.reference.strip():
        raise Invalid("a partner needs a reference")
    name = party.name if record.parent else party.company or party.name
    if not name.strip():
        raise Invalid("a partner needs a name")
    country = _country(address.country, knows) if address.country else 0
    told: dict[str, Cell] = {
        "name": name,
        "ref": party.reference,
        "street": address.lines[0] if address.lines else "",
        "street2": ", ".join(address.lines[1:]),
        "city": address.city,
        "zip": address.postcode,
        "phone": party.phone,
        "email": party.email,
        "vat": record.vat,
        "country_id/.id": country,
        "state_id/.id": _region(country, address.region, knows) if address.region else 0,
    }
    cells = {column: cell for column, cell in told.items() if cell}
    cells["active"] = record.active
    if party.gln:
        gln = _checked(parse_gln, party.gln)
        if "global_location_number" in knows.partner_fields:
            cells["global_location_number"] = gln
    only_new: dict[str, Cell] = {"is_company": not record.parent}
    if record.role == "delivery_address":
        cells["type"] = "delivery"
    rank = {"customer": "customer_rank", "supplier": "supplier_rank", "carrier": "supplier_rank"}.get(record.role)
    if rank and rank in knows.partner_fields:
        only_new[rank] = 1
    return Wanted(pointer, party.reference, party_name(party.reference), cells, only_new)


def carrier_wanted(pointer: str, record: CarrierRecord, product: int) -> Wanted:
    """A delivery method's cells; it needs a product that what it costs is booked as. Raises `Invalid`."""
    if not record.code.strip() or not record.name.strip():
        raise Invalid("a carrier needs a code and a name")
    cells: dict[str, Cell] = {"name": record.name, "active": record.active}
    if record.tracking_url:
        cells["tracking_url"] = record.tracking_url.replace("{tracking_number}", _TRACKING_HOLE)
    return Wanted(pointer, record.code, carrier_name(record.code), cells, {"product_id/.id": product})


def judged(
    kind: str, records: Sequence[Record], make: Callable[[str, Record], Wanted], keys: Callable[[Record], Iterable[str]]
) -> tuple[list[Wanted], list[RejectedRecord]]:
    """Records that can be applied, and those that cannot: not valid, or a key (SKU, GTIN) of an earlier one again."""
    wanted: list[Wanted] = []
    rejected: list[RejectedRecord] = []
    seen: dict[str, str] = {}
    for number, record in enumerate(records):
        pointer = f"/{kind}/{number}"
        own = [key for key in keys(record) if key]
        try:
            made = make(pointer, record)
            if twice := next((key for key in own if key in seen), ""):
                raise Invalid(f"{twice} is in the batch twice, first at {seen[twice]}")  # noqa: TRY301 - one place tells
        except Invalid as reason:
            rejected.append(refused(pointer, own[0].partition(" ")[2] if own else "", str(reason)))
            continue
        seen |= dict.fromkeys(own, pointer)
        wanted.append(made)
    return wanted, rejected


def refused(pointer: str, reference: str, why: str, engineer: str = "") -> RejectedRecord:
    """A record that is not applied, in words for the person who sends it."""
    text = f"{reference or 'The record'} was not applied: {why}. Correct it and send it again."
    return RejectedRecord(reference, pointer, text, engineer or why)


def product_keys(record: ProductRecord) -> list[str]:
    """What must be one product's alone within a batch."""
    gtins = [record.item.gtin, *(each.gtin for each in record.packagings)]
    return [f"SKU {record.item.sku}", *(f"GTIN {gtin.strip().lstrip('0')}" for gtin in gtins if gtin)]


def party_keys(record: PartyRecord) -> list[str]:
    """What must be one partner's alone within a batch."""
    return [f"reference {record.party.reference}"]


def carrier_keys(record: CarrierRecord) -> list[str]:
    """What must be one delivery method's alone within a batch."""
    return [f"code {record.code}"]


def differing(cells: Cells, row: Mapping[str, Any]) -> dict[str, Cell]:
    """The cells a record has otherwise."""
    return {column: cell for column, cell in cells.items() if not _same(cell, row.get(column.partition("/")[0]))}


def text_of(cell: Cell) -> str:
    """A cell as ``load`` reads it: every value is text, yes and no are digits."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _same(cell: Cell, there: Any) -> bool:
    if isinstance(there, list):
        there = there[0] if there else 0
    if isinstance(cell, bool):
        return cell == bool(there)
    if isinstance(cell, Decimal):
        return cell == Decimal(str(there or 0))
    return cell == (there or ("" if isinstance(cell, str) else 0))


def _check_packagings(record: ProductRecord) -> None:
    for packaging in record.packagings:
        if packaging.contains <= 0 or not packaging.name:
            raise Invalid(f"packaging '{packaging.name}' contains {packaging.contains}")
        if packaging.gtin:
            _gtin(packaging.gtin)


def _checked(parse: Callable[[str], str], text: str) -> str:
    try:
        return parse(text)
    except InvalidIdentifier as reason:
        raise Invalid(str(reason)) from None


def _gtin(text: str) -> str:
    return _checked(parse_gtin, text)


def _unit(code: str, knows: Knowledge) -> int:
    if code not in knows.units:
        raise Invalid(f"Odoo has no unit of measure for '{code}' (UN/ECE Rec 20)")
    return knows.units[code]


def _country(code: str, knows: Knowledge) -> int:
    if code not in knows.countries:
        raise Invalid(f"there is no country '{code}' (ISO 3166-1 alpha-2)")
    return knows.countries[code]


def _region(country: int, code: str, knows: Knowledge) -> int:
    """The subdivision; a country that Odoo keeps without any has none."""
    if (country, code) in knows.regions:
        return knows.regions[country, code]
    if any(one == country for one, _ in knows.regions):
        raise Invalid(f"there is no region '{code}' in that country")
    return 0


def _weight(record: ProductRecord, knows: Knowledge) -> Decimal:
    """In the database's unit, rounded to six decimals: pounds seldom come out even."""
    weight = record.item.weight
    try:
        return exact(round(convert(weight, knows.weight_unit), 6)) if weight else Decimal(0)
    except InvalidUnit as reason:
        raise Invalid(str(reason)) from None
