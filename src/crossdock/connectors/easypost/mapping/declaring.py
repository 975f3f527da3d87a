"""What customs and carriers must be told of the goods: EasyPost's CustomsInfo and its hazmat option; pure.

Values and weights are of the whole line (docs.easypost.com/docs/customs-items); EasyPost keeps three decimals of an
ounce and cuts the rest off, so we round up to them.
"""

from collections.abc import Mapping
from decimal import ROUND_UP, Decimal

import msgspec

from crossdock.model.export_filing import FilingNeeded, exemption_of
from crossdock.model.money import Money, minor_exponent
from crossdock.model.shipment import Consignment, CustomsDeclaration, CustomsItem, DangerousGoods
from crossdock.model.units import Measure, convert

_THOUSANDTH = Decimal("0.001")
_BY_UN_NUMBER = {
    "1057": "LIGHTERS",
    "1845": "CLASS_9_DRY_ICE",
    "2800": "CLASS_8_WET_BATTERY",
    "2807": "CLASS_9_MAGNETIZED",
    "8000": "ID8000",
}
_BY_CLASS = {
    "1": "CLASS_1", "3": "CLASS_3", "4.1": "DIVISION_4_1", "5.1": "DIVISION_5_1", "5.2": "DIVISION_5_2",
    "6.1": "DIVISION_6_1", "6.2": "DIVISION_6_2", "7": "CLASS_7", "8": "CLASS_8_CORROSIVE",
}  # fmt: skip
_LITHIUM_CHEMISTRY = {"3090": "PRIMARY", "3091": "PRIMARY", "3480": "SECONDARY", "3481": "SECONDARY"}
"""Lithium metal cells are primary, lithium ion cells secondary (UN Model Regulations, special provision 188)."""
_LITHIUM_PACKING = {"contained": "_CONTAINED", "packed_with": "_PACKED", "alone": ""}
"""EasyPost's values of ``hazmat`` (docs.easypost.com/docs/shipments/options): the lithium ones are those of FedEx and
DHL eCommerce, classes and divisions those of USPS.
"""


class Undeclarable(ValueError):
    """Goods that cannot be declared as they are; the text says what to correct, for the operator."""


def number(value: Decimal) -> msgspec.Raw:
    """A JSON number with the digits of ``value``, through no float."""
    return msgspec.Raw(f"{value:f}".encode())


def customs_info(goods: Consignment) -> dict[str, object] | None:
    """The CustomsInfo of a consignment; None where it declares nothing. Raises `Undeclarable` and `InvalidUnit`."""
    declared = goods.customs
    if declared is None:
        return None
    if not declared.items:
        raise Undeclarable("The customs declaration has no item. Say what is in the package.")
    info: dict[str, object] = {
        "contents_type": declared.contents,
        "customs_certify": True,
        "customs_signer": declared.signer or goods.ship_from.name,
        "non_delivery_option": "return",
        "restriction_type": "none",
        "eel_pfc": _filing(goods, declared),
        "customs_items": [_item(each) for each in declared.items],
    }
    if declared.contents == "other":
        info["contents_explanation"] = ", ".join(each.description for each in declared.items)[:255]
    return {name: value for name, value in info.items() if value != ""}


def _filing(goods: Consignment, declared: CustomsDeclaration) -> str:
    """The US export filing or the exemption from it ("" from elsewhere)."""
    if declared.itn:
        return f"AES {declared.itn}"
    try:
        exemption = exemption_of(goods)
    except FilingNeeded as problem:
        raise Undeclarable(str(problem)) from None
    return f"NOEEI {exemption}" if exemption else ""


def _item(item: CustomsItem) -> dict[str, object]:
    """One line; EasyPost takes values and weights above nought only."""
    if item.value.amount <= 0 or item.weight.value <= 0 or item.quantity <= 0:
        raise Undeclarable(f"'{item.description}' needs a quantity, a value and a weight above nought for customs.")
    fields: dict[str, object] = {
        "description": item.description,
        "quantity": number(item.quantity),
        "value": number(_major(item.value)),
        "currency": item.value.currency,
        "weight": number(_ounces(item.weight)),
        "hs_tariff_number": item.hs_code,
        "origin_country": item.country_of_origin,
        "code": item.sku,
    }
    return {name: value for name, value in fields.items() if value != ""}


def _major(value: Money) -> Decimal:
    return Decimal(value.amount).scaleb(-minor_exponent(value.currency))


def _ounces(weight: Measure) -> Decimal:
    return convert(weight, "ONZ").quantize(_THOUSANDTH, ROUND_UP)


def declared_options(goods: Consignment) -> dict[str, object]:
    """The shipment options that follow from the declarations. Raises `Undeclarable`."""
    options: dict[str, object] = {}
    if goods.customs is not None:
        sender = goods.customs.duties_paid_by == "sender"
        options["incoterm"] = "DDP" if sender else goods.customs.incoterm
    if goods.dangerous_goods:
        options["hazmat"] = _hazmat(goods.dangerous_goods)
    return options


def tax_identifiers(goods: Consignment) -> list[Mapping[str, str]]:
    """The exporter's EORI number, where there is one."""
    if goods.customs is None or not goods.customs.eori:
        return []
    eori = goods.customs.eori
    return [{"entity": "SENDER", "tax_id": eori, "tax_id_type": "EORI", "issuing_country": eori[:2]}]


def _hazmat(goods: tuple[DangerousGoods, ...]) -> str:
    """The one value EasyPost has room for; several different ones are for a person."""
    found = sorted({_hazmat_of(each) for each in goods})
    if len(found) > 1:
        named = ", ".join(found)
        raise Undeclarable(f"EasyPost takes one kind of dangerous goods a package, these are {named}. Pack them apart.")
    return found[0]


def _hazmat_of(goods: DangerousGoods) -> str:
    un_number = goods.un_number.upper().removeprefix("UN")
    if goods.lithium and un_number in _LITHIUM_CHEMISTRY:
        return _LITHIUM_CHEMISTRY[un_number] + _LITHIUM_PACKING[goods.lithium]
    if goods.limited_quantity:
        return "LIMITED_QUANTITY"
    found = _BY_UN_NUMBER.get(un_number) or _BY_CLASS.get(goods.hazard_class)
    if found is None:
        named = f"UN{un_number}, class {goods.hazard_class}"
        raise Undeclarable(f"EasyPost has no word for {named}. Book it with a carrier of your own for such goods.")
    return found
