"""What customs and carriers must be told of the goods: Shippo's customs declaration and dangerous goods; pure.

Weights and values of a line are of its whole quantity (docs.goshippo.com, customs items).
"""

from decimal import ROUND_UP, Decimal

from crossdock.model.export_filing import FilingNeeded, exemption_of
from crossdock.model.money import minor_exponent
from crossdock.model.shipment import Consignment, CustomsDeclaration, CustomsItem, DangerousGoods
from crossdock.model.units import convert

_CONTENTS = {
    "merchandise": "MERCHANDISE",
    "documents": "DOCUMENTS",
    "gift": "GIFT",
    "sample": "SAMPLE",
    "returned_goods": "RETURN_MERCHANDISE",
    "other": "OTHER",
}
_EXEMPTIONS = {"30.36": "NOEEI_30_36", "30.37(a)": "NOEEI_30_37_a"}
_INCOTERMS = frozenset({"DDP", "DDU", "FCA", "DAP"})
_TENTH = Decimal("0.1")


class Undeclarable(ValueError):
    """Goods that cannot be declared as they are; the text says what to correct, for the operator."""


def declaration(goods: Consignment) -> dict[str, object] | None:
    """The customs declaration of a consignment; None where it declares nothing. Raises `Undeclarable` and
    `InvalidUnit`.
    """
    declared = goods.customs
    if declared is None:
        return None
    if not declared.items:
        raise Undeclarable("The customs declaration has no item. Say what is in the package.")
    fields: dict[str, object] = {
        "certify": True,
        "certify_signer": declared.signer or goods.ship_from.name,
        "contents_type": _CONTENTS[declared.contents],
        "contents_explanation": ", ".join(each.description for each in declared.items)[:255],
        "non_delivery_option": "RETURN",
        "incoterm": _incoterm(declared),
        "invoice": declared.invoice_number,
        "aes_itn": declared.itn,
        "eel_pfc": _filing(goods, declared),
        "items": [_item(each) for each in declared.items],
    }
    if declared.eori:
        fields["exporter_identification"] = {"eori_number": declared.eori}
    return {name: value for name, value in fields.items() if value != ""}


def _incoterm(declared: CustomsDeclaration) -> str:
    term = "DDP" if declared.duties_paid_by == "sender" else declared.incoterm
    if term not in _INCOTERMS:
        raise Undeclarable(f"Shippo knows no incoterm {term}. Choose DAP, DDP, DDU or FCA.")
    return term


def _filing(goods: Consignment, declared: CustomsDeclaration) -> str:
    """The US export filing or the exemption from it ("" from elsewhere)."""
    if declared.itn:
        return "AES_ITN"
    try:
        return _EXEMPTIONS.get(exemption_of(goods), "")
    except FilingNeeded as problem:
        raise Undeclarable(str(problem)) from None


def _item(item: CustomsItem) -> dict[str, object]:
    """One line. Shippo counts whole pieces and asks where they were made."""
    if item.quantity != item.quantity.to_integral_value() or item.quantity <= 0:
        raise Undeclarable(f"'{item.description}' needs a whole number of pieces for customs.")
    if item.value.amount <= 0 or item.weight.value <= 0 or not item.country_of_origin:
        raise Undeclarable(f"'{item.description}' needs a value, a weight and a country of origin for customs.")
    fields: dict[str, object] = {
        "description": item.description,
        "quantity": int(item.quantity),
        "net_weight": f"{convert(item.weight, 'GRM').quantize(_TENTH, ROUND_UP):f}",
        "mass_unit": "g",
        "value_amount": f"{Decimal(item.value.amount).scaleb(-minor_exponent(item.value.currency)):f}",
        "value_currency": item.value.currency,
        "origin_country": item.country_of_origin,
        "tariff_number": item.hs_code,
        "sku_code": item.sku,
    }
    return {name: value for name, value in fields.items() if value != ""}


def dangerous_goods(goods: tuple[DangerousGoods, ...]) -> dict[str, object]:
    """The ``dangerous_goods`` of a shipment's extras (docs.goshippo.com, hazmat): that there are some, and whether
    lithium batteries or biological material (class 6.2) are among them. Shippo has no place for more.
    """
    if not goods:
        return {}
    found: dict[str, object] = {"contains": True}
    if any(each.lithium for each in goods):
        found["lithium_batteries"] = {"contains": True}
    if any(each.hazard_class == "6.2" for each in goods):
        found["biological_material"] = {"contains": True}
    return {"dangerous_goods": found}
