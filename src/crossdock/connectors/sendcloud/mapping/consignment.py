"""A consignment in Sendcloud's words: addresses, parcels, customs, dangerous goods."""

from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.model.money import Money, minor_exponent
from crossdock.model.order import Package
from crossdock.model.party import Party
from crossdock.model.shipment import Consignment, CustomsDeclaration, CustomsItem, DangerousGoods
from crossdock.model.units import Measure, convert

Json = dict[str, Any]

MIME_TYPES = {"PDF": "application/pdf", "ZPL": "application/zpl", "PNG": "image/png"}
_TENTH, _THOUSANDTH = Decimal("0.1"), Decimal("0.001")
_REASONS = {"documents": "documents", "gift": "gift", "sample": "commercial_sample"}
_MASSES = frozenset({"KGM", "GRM", "LBR", "ONZ"})
_SEPARATOR = "@"


class Choice(Struct, frozen=True):
    """A shipping option and, where the account has several, the contract it is of."""

    code: str
    contract: int | None = None

    @property
    def rate_id(self) -> str:
        """Both as the id of a rate."""
        return self.code if self.contract is None else f"{self.code}{_SEPARATOR}{self.contract}"


def choice_of(rate_id: str, service: str) -> Choice:
    """What a rate's id stands for; without one, the service is the option's code."""
    code, _, contract = (rate_id or service).rpartition(_SEPARATOR)
    return Choice(code, int(contract)) if code and contract.isdigit() else Choice(rate_id or service)


def address(party: Party) -> Json:
    """An address of API v3; what is unknown is left out. The house number stays in its line, as API v3 allows."""
    place = party.address
    fields = {
        "name": party.name or party.company,
        "company_name": party.company,
        "address_line_1": place.lines[0] if place.lines else "",
        "address_line_2": ", ".join(place.lines[1:]),
        "postal_code": place.postcode,
        "city": place.city,
        "state_province_code": f"{place.country}-{place.region}" if place.region else "",
        "country_code": place.country,
        "email": party.email,
        "phone_number": party.phone,
    }
    return {name: text for name, text in fields.items() if text}


def parcel(package: Package) -> Json:
    """Weight and size as texts; rounded up, as a parcel declared too light is charged again later. Raises
    `InvalidUnit`.
    """
    body: Json = {"weight": {"value": _text(convert(package.weight, "KGM"), _THOUSANDTH), "unit": "kg"}}
    if package.length and package.width and package.height:
        sides = {"length": package.length, "width": package.width, "height": package.height}
        sizes = {name: _text(convert(side, "CMT"), _TENTH) for name, side in sides.items()}
        body["dimensions"] = {**sizes, "unit": "cm"}
    return body


def options_request(goods: Consignment, carrier_code: str) -> bytes:
    """The body of POST /shipping-options. Raises `InvalidUnit`."""
    body: Json = {
        "from_address": _where(goods.ship_from),
        "to_address": _where(goods.ship_to),
        "parcels": [parcel(goods.package)],
        "calculate_quotes": True,
    }
    wanted = {
        name: True for name, yes in (("returns", goods.is_return), ("dangerous_goods", goods.dangerous_goods)) if yes
    }
    if wanted:
        body["functionalities"] = wanted
    if carrier_code:
        body["carrier_code"] = carrier_code
    return msgspec.json.encode(body)


def _where(party: Party) -> Json:
    """The parts of an address that make a price."""
    kept = ("address_line_1", "postal_code", "city", "state_province_code", "country_code")
    return {name: text for name, text in address(party).items() if name in kept}


def shipment_request(goods: Consignment, choice: Choice, mime_type: str, dpi: int) -> bytes:
    """The body of POST /shipments/announce. ``external_reference_id`` is unique in the account: the same one again
    is refused with 409. Raises `InvalidUnit`.
    """
    properties: Json = {"shipping_option_code": choice.code}
    if choice.contract is not None:
        properties["contract_id"] = choice.contract
    items = _items(goods)
    body: Json = {
        "external_reference_id": goods.reference,
        "order_number": goods.order_name,
        "label_details": {"mime_type": mime_type, "dpi": dpi},
        "from_address": address(goods.ship_from),
        "to_address": address(goods.ship_to),
        "ship_with": {"type": "shipping_option_code", "properties": properties},
        "parcels": [parcel(goods.package) | ({"parcel_items": items} if items else {})],
    }
    if goods.customs is not None:
        body["customs_information"] = _customs(goods.customs, goods, _REASONS.get(goods.customs.contents))
    return msgspec.json.encode(body)


def return_request(goods: Consignment, choice: Choice) -> bytes:
    """The body of POST /returns/announce-synchronously. Lists of returns show no reference of ours but the order
    number, so that holds it. Raises `InvalidUnit`.
    """
    ship_with: Json = {"type": "shipping_option_code", "shipping_option_code": choice.code}
    if choice.contract is not None:
        ship_with["contract"] = choice.contract
    sizes = parcel(goods.package)
    body: Json = {
        "external_reference": goods.reference,
        "order_number": goods.reference,
        "from_address": address(goods.ship_from),
        "to_address": address(goods.ship_to),
        "ship_with": ship_with,
        "weight": _numbers(sizes["weight"]),
        "send_tracking_emails": False,
    }
    if "dimensions" in sizes:
        body["dimensions"] = _numbers(sizes["dimensions"])
    items = _items(goods)
    if items:
        body["parcel_items"] = items
    if goods.customs is not None:
        reason = _REASONS.get(goods.customs.contents, "returned_goods")
        body["customs_information"] = _customs(goods.customs, goods, reason)
    return msgspec.json.encode(body)


def _numbers(measures: Json) -> Json:
    """The same measures as JSON numbers, with exactly these digits."""
    return {name: text if name == "unit" else msgspec.Raw(str(text).encode()) for name, text in measures.items()}


def _text(value: Decimal, step: Decimal) -> str:
    return f"{value.quantize(step, ROUND_UP):f}"


def _customs(declared: CustomsDeclaration, goods: Consignment, reason: str | None) -> Json:
    """The declaration. Export number and signer have no field of their own: they are in the notes."""
    body: Json = {
        "invoice_number": (declared.invoice_number or goods.order_name)[:40],
        "export_reason": reason or "commercial_goods",
    }
    notes = [f"ITN {declared.itn}" if declared.itn else "", declared.signer]
    if any(notes):
        body["general_notes"] = "; ".join(note for note in notes if note)[:500]
    if declared.eori:
        number = {"name": "EORI", "country_code": goods.ship_from.address.country, "value": declared.eori}
        body["tax_numbers"] = {"sender": [number], "receiver": [], "importer_of_record": []}
    return body


def _items(goods: Consignment) -> list[Json]:
    items = [_item(each) for each in goods.customs.items] if goods.customs else []
    for index, each in enumerate(goods.dangerous_goods):
        if index >= len(items):
            items.append(_unnamed(each))
        items[index]["dangerous_goods"] = _dangerous(each, goods.ship_from)
    return items


def _item(item: CustomsItem) -> Json:
    """One line, by the piece as Sendcloud wants it; a line of broken pieces is declared as one."""
    whole = item.quantity == item.quantity.to_integral_value() and item.quantity >= 1
    pieces = int(item.quantity) if whole else 1
    fields: Json = {
        "description": item.description[:255],
        "quantity": pieces,
        "weight": _weight(convert(item.weight, "KGM") / pieces),
        "price": _each(item.value, pieces),
        "hs_code": item.hs_code,
        "origin_country": item.country_of_origin,
        "sku": item.sku,
    }
    return {name: value for name, value in fields.items() if value != ""}


def _weight(kilograms: Decimal) -> Json:
    return {"value": msgspec.Raw(_text(kilograms, _THOUSANDTH).encode()), "unit": "kg"}


def _each(value: Money, pieces: int) -> Json:
    """The value of one piece, rounded half up to a minor unit: all pieces may make a few cents more or less."""
    exponent = minor_exponent(value.currency)
    share = (Decimal(value.amount) / pieces).quantize(Decimal(1), ROUND_HALF_UP).scaleb(-exponent)
    return {"value": f"{share:.{exponent}f}", "currency": value.currency}


def _unnamed(goods: DangerousGoods) -> Json:
    """A line for a substance that no customs line describes: its price and weight are not known here."""
    name = goods.proper_shipping_name or f"UN{goods.un_number}"
    price = {"value": "0.00", "currency": "EUR"}
    return {
        "description": name[:255],
        "quantity": 1,
        "weight": _weight(_kilograms(goods)),
        "price": price,
        "hs_code": "",
    }


def _kilograms(goods: DangerousGoods) -> Decimal:
    measure = goods.quantity
    return convert(measure, "KGM") if measure is not None and measure.unit in _MASSES else Decimal("0.001")


def _dangerous(goods: DangerousGoods, sender: Party) -> Json:
    fields = {
        "regulation_set": "ADR",
        "id_number": f"UN{goods.un_number}",
        "class_division_number": goods.hazard_class,
        "proper_shipping_name": goods.proper_shipping_name,
        "adr_packing_group_letter": goods.packing_group,
        "commodity_regulated_level_code": "LQ" if goods.limited_quantity else "",
        "emergency_contact_name": sender.name or sender.company,
        "emergency_contact_phone": sender.phone,
        **_quantity(goods.quantity),
    }
    return {name: text for name, text in fields.items() if text}


def _quantity(measure: Measure | None) -> dict[str, str]:
    if measure is None:
        return {}
    unit = "KGM" if measure.unit in _MASSES else "LTR"
    amount = _text(convert(measure, unit), _THOUSANDTH)
    return {"quantity": amount, "unit_of_measurement": {"KGM": "KG", "LTR": "L"}[unit]}
