"""A consignment in ShipEngine's words: addresses, packages, customs, dangerous goods."""

from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

import msgspec

from crossdock.model.identifiers import digest
from crossdock.model.money import Money, minor_exponent
from crossdock.model.order import Package
from crossdock.model.party import Party
from crossdock.model.shipment import Consignment, CustomsDeclaration, CustomsItem, DangerousGoods
from crossdock.model.units import Measure, convert

Json = dict[str, Any]

_LONGEST_ID = 50
_TENTH, _THOUSANDTH = Decimal("0.1"), Decimal("0.001")
_LITHIUM = {
    ("3480", "alone"): "965",
    ("3481", "packed_with"): "966",
    ("3481", "contained"): "967",
    ("3090", "alone"): "968",
    ("3091", "packed_with"): "969",
    ("3091", "contained"): "970",
}
"""Packing instructions of lithium batteries by UN number and packing (IATA Dangerous Goods Regulations, 965 to 970)."""


def external_id(reference: str) -> str:
    """Our reference as ``external_shipment_id``, which holds 50 characters: a longer one ends in its digest."""
    if len(reference) <= _LONGEST_ID:
        return reference
    mark = digest(reference)
    return f"{reference[: _LONGEST_ID - len(mark) - 1]}.{mark}"


def shipment(goods: Consignment, package_code: str) -> Json:
    """A shipment as POST /rates and POST /labels take it. Raises `InvalidUnit`."""
    body: Json = {
        "external_shipment_id": external_id(goods.reference),
        "validate_address": "no_validation",
        "ship_to": address(goods.ship_to),
        "ship_from": address(goods.ship_from),
        "is_return": goods.is_return,
        "packages": [_package(goods, package_code)],
    }
    options = _options(goods)
    if options:
        body["advanced_options"] = options
    if goods.customs is not None:
        body |= _customs(goods.customs, goods.ship_from.address.country)
    return body


def address(party: Party) -> Json:
    """An address; what is unknown is left out."""
    place = party.address
    lines = [*place.lines[:2], ", ".join(place.lines[2:])]
    fields = {
        "name": party.name or party.company,
        "company_name": party.company,
        "phone": party.phone,
        "email": party.email,
        **{f"address_line{index}": line for index, line in enumerate(lines, 1)},
        "city_locality": place.city,
        "state_province": place.region,
        "postal_code": place.postcode,
        "country_code": place.country,
    }
    return {name: text for name, text in fields.items() if text}


def _package(goods: Consignment, package_code: str) -> Json:
    body: Json = {
        "package_code": package_code,
        "external_package_id": goods.package.id,
        "weight": _grams(goods.package.weight),
        "label_messages": {"reference1": goods.order_name, "reference2": goods.reference},
    }
    dimensions = _dimensions(goods.package)
    if dimensions:
        body["dimensions"] = dimensions
    products = [_product(item) for item in goods.customs.items] if goods.customs else []
    if goods.dangerous_goods:
        products = products or [{"description": goods.dangerous_goods[0].proper_shipping_name, "quantity": 1}]
        products[0]["dangerous_goods"] = [_dangerous(each) for each in goods.dangerous_goods]
    if products:
        body["products"] = products
    return body


def _dimensions(package: Package) -> Json:
    if not (package.length and package.width and package.height):
        return {}
    sides = {"length": package.length, "width": package.width, "height": package.height}
    return {"unit": "centimeter", **{name: _number(convert(each, "CMT"), _TENTH) for name, each in sides.items()}}


def _grams(weight: Measure) -> Json:
    """Rounded up: a parcel declared too light is charged again later."""
    return {"unit": "gram", "value": _number(convert(weight, "GRM"), _TENTH)}


def _number(value: Decimal, step: Decimal) -> msgspec.Raw:
    """A JSON number with exactly these digits; floats would change them."""
    return msgspec.Raw(f"{value.quantize(step, ROUND_UP):f}".encode())


def _options(goods: Consignment) -> Json:
    options: Json = {}
    if goods.customs is not None and goods.customs.duties_paid_by == "sender":
        options["delivered_duty_paid"] = True
    if goods.dangerous_goods:
        contact = {"name": goods.ship_from.name or goods.ship_from.company, "phone": goods.ship_from.phone}
        options |= {"dangerous_goods": True, "dangerous_goods_contact": contact}
    return options


def _customs(declared: CustomsDeclaration, country: str) -> Json:
    """The declaration; its lines are the package's products. The export number has no field: it is in the text."""
    customs: Json = {
        "contents": declared.contents,
        "non_delivery": "return_to_sender",
        "terms_of_trade_code": declared.incoterm.lower(),
    }
    said = [f"ITN {declared.itn}" if declared.itn else "", declared.signer]
    if any(said):
        customs["declaration"] = "; ".join(each for each in said if each)
    if declared.invoice_number:
        customs["invoice_additional_details"] = {"invoice_number": declared.invoice_number}
    if not declared.eori:
        return {"customs": customs}
    number = {"taxable_entity_type": "shipper", "identifier_type": "eori", "value": declared.eori}
    return {"customs": customs, "tax_identifiers": [number | {"issuing_authority": country}]}


def _product(item: CustomsItem) -> Json:
    """One line, by the piece as ShipEngine wants it; a line of broken pieces is declared as one."""
    whole = item.quantity == item.quantity.to_integral_value() and item.quantity >= 1
    pieces = int(item.quantity) if whole else 1
    fields: Json = {
        "description": item.description[:100],
        "quantity": pieces,
        "value": _each(item.value, pieces),
        "weight": {"unit": "gram", "value": _number(convert(item.weight, "GRM") / pieces, _THOUSANDTH)},
        "harmonized_tariff_code": item.hs_code,
        "country_of_origin": item.country_of_origin,
        "sku": item.sku,
    }
    return {name: value for name, value in fields.items() if value != ""}


def _each(value: Money, pieces: int) -> Json:
    """The value of one piece, rounded half up to a minor unit: all pieces may make a few cents more or less."""
    exponent = minor_exponent(value.currency)
    share = (Decimal(value.amount) / pieces).quantize(Decimal(1), ROUND_HALF_UP).scaleb(-exponent)
    return {"currency": value.currency.lower(), "amount": msgspec.Raw(f"{share:.{exponent}f}".encode())}


def _dangerous(goods: DangerousGoods) -> Json:
    fields: Json = {
        "id_number": f"UN{goods.un_number}",
        "shipping_name": goods.proper_shipping_name,
        "product_class": goods.hazard_class,
        "packaging_group": goods.packing_group.lower(),
        "packaging_instruction": _LITHIUM.get((goods.un_number, goods.lithium), ""),
        "regulation_level": "limited_quantities" if goods.limited_quantity else "",
    }
    if goods.quantity is not None:
        unit = "KGM" if goods.quantity.unit in {"KGM", "GRM", "LBR", "ONZ"} else "LTR"
        amount = _number(convert(goods.quantity, unit), _THOUSANDTH)
        fields["dangerous_amount"] = {"unit": {"KGM": "kilogram", "LTR": "liter"}[unit], "amount": amount}
    return {name: value for name, value in fields.items() if value != ""}
