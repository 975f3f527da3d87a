"""Customs forms and hazardous materials as USPS takes them; pure."""

from collections.abc import Mapping
from decimal import Decimal

from crossdock.connectors.usps.mapping.parties import Json, pounds
from crossdock.model.money import minor_exponent
from crossdock.model.shipment import Consignment, CustomsDeclaration, CustomsItem, DangerousGoods

_CONTENTS = {
    "merchandise": "MERCHANDISE",
    "documents": "DOCUMENTS",
    "gift": "GIFT",
    "sample": "COMMERCIAL_SAMPLE",
    "returned_goods": "RETURNED_GOODS",
    "other": "OTHER",
}
_NO_FILING = "NO EEI 30.37(a)"
"""Exempt from electronic export information: under 2,500 dollars for each tariff number (15 CFR 30.37(a))."""

_HAZARDOUS = 857
_LITHIUM: Mapping[str, int] = {"contained": 819, "packed_with": 819, "alone": 817}
_BY_CLASS: Mapping[str, int] = {"3": 813, "8": 815, "4.1": 823, "5.1": 824, "5.2": 825, "6.1": 826, "6.2": 827}
_BY_NUMBER: Mapping[str, int] = {"1845": 820, "3373": 827, "8000": 830}
_LIMITED = 832
"""Extra services of labels/v3 for hazardous materials (Publication 52). The list was not at hand when this was written:
see quality.yaml.
"""


class UndeclarableGoods(ValueError):
    """Goods that USPS would not take as they are declared; the text says why."""


def hazards(goods: Consignment) -> list[int]:
    """Codes of extra services. Raises `UndeclarableGoods`."""
    codes = [_hazard(each) for each in goods.dangerous_goods]
    return [*dict.fromkeys(codes), _HAZARDOUS] if codes else []


def _hazard(goods: DangerousGoods) -> int:
    number = goods.un_number.removeprefix("UN").removeprefix("ID")
    code = _BY_NUMBER.get(number) or _LITHIUM.get(goods.lithium) or _BY_CLASS.get(goods.hazard_class)
    if goods.limited_quantity and not goods.lithium:
        code = _LIMITED
    if code is None:
        raise UndeclarableGoods(f"UN{number}, class {goods.hazard_class}, is not mailable as it is declared")
    return code


def form(customs: CustomsDeclaration) -> Json:
    """A customsForm. Raises `UndeclarableGoods` for another currency than US dollars, `InvalidUnit`."""
    fields: Json = {
        "customsContentType": _CONTENTS[customs.contents],
        "contents": [_content(item) for item in customs.items],
        "AESITN": customs.itn or _NO_FILING,
    }
    if customs.invoice_number:
        fields["invoiceNumber"] = customs.invoice_number[:15]
    if customs.contents == "other":
        fields["contentComments"] = "; ".join(item.description for item in customs.items)[:25]
    return fields


def _content(item: CustomsItem) -> Json:
    if item.value.currency != "USD":
        raise UndeclarableGoods(f"USPS declares values in US dollars, not {item.value.currency}")
    quantity = int(item.quantity) if item.quantity == item.quantity.to_integral_value() else 1
    total, pieces = Decimal(item.value.amount), max(quantity, 1)
    description, each = item.description, total / pieces
    if each != each.to_integral_value() or quantity != item.quantity:
        # The value of one piece would not be exact, so the line is declared as one set.
        description, pieces, each = f"{item.quantity.normalize():f} x {item.description}", 1, total
    weight = pounds(item.weight)
    exponent = minor_exponent("USD")
    fields: Json = {
        "itemDescription": description[:30],
        "itemQuantity": pieces,
        "itemValue": float(each.scaleb(-exponent)),
        "itemTotalValue": float(total.scaleb(-exponent)),
        "weightUOM": "lb",
        "itemTotalWeight": weight,
        "countryofOrigin": item.country_of_origin,
    }
    if item.hs_code:
        fields["HSTariffNumber"] = item.hs_code[:14]
    return fields
