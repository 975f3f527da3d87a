"""Customs data and dangerous goods as the MyDHL API takes them; pure."""

from collections.abc import Mapping
from decimal import Decimal

from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.mapping.parties import Json, kilograms
from crossdock.model.money import Money, minor_exponent
from crossdock.model.shipment import Consignment, CustomsDeclaration, CustomsItem, DangerousGoods

DUTIES_PAID = "DD"
_REASONS = {
    "merchandise": "commercial_purpose_or_sale",
    "gift": "gift",
    "sample": "sample",
    "returned_goods": "return",
    "documents": "permanent",
    "other": "permanent",
}

_LITHIUM: Mapping[tuple[str, str], tuple[str, str]] = {
    ("3481", "packed_with"): ("HD", "966"),
    ("3481", "contained"): ("HV", "967"),
    ("3091", "packed_with"): ("HM", "969"),
    ("3091", "contained"): ("HW", "970"),
}
_SPECIAL: Mapping[str, tuple[str, str]] = {"1845": ("HC", "901"), "3373": ("HY", "650")}
_EXCEPTED, _FULL = ("HH", "E01"), ("HE", "910")
"""Service code and content id of DHL's dangerous goods services, by UN number and packing (MyDHL API reference data,
"Dangerous Goods"). DHL's table was not at hand when this was written: see quality.yaml.
"""


class UndeclarableGoods(ValueError):
    """Goods that DHL would not take as they are declared; the text says why."""


def services(goods: Consignment, config: DhlExpressConfig) -> list[Json]:
    """valueAddedServices: duties paid by the sender, and dangerous goods. Raises `UndeclarableGoods`, `InvalidUnit`."""
    listed = [_dangerous(each, config) for each in goods.dangerous_goods]
    if goods.customs is not None and goods.customs.duties_paid_by == "sender":
        listed.append({"serviceCode": DUTIES_PAID})
    return listed


def _dangerous(goods: DangerousGoods, config: DhlExpressConfig) -> Json:
    number = goods.un_number.removeprefix("UN")
    special = _LITHIUM.get((number, goods.lithium)) or _SPECIAL.get(number)
    if special is None and goods.limited_quantity and not goods.lithium:
        special = _EXCEPTED
    if special is None and not config.dangerous_goods_approved:
        raise UndeclarableGoods(f"UN{number} is fully regulated and dangerous_goods_approved is not set")
    code, content = special or _FULL
    fields: Json = {"contentId": content}
    if number == "1845":
        if goods.quantity is None:
            raise UndeclarableGoods("dry ice (UN1845) needs its net weight")
        fields["dryIceTotalNetWeight"] = kilograms(goods.quantity)
    if code in {_FULL[0], _EXCEPTED[0]}:
        fields["unCodes"] = [number]
    if goods.proper_shipping_name:
        fields["customDescription"] = goods.proper_shipping_name[:200]
    return {"serviceCode": code, "dangerousGoods": [fields]}


def total(customs: CustomsDeclaration) -> Money:
    """What the goods are worth together. Raises `UndeclarableGoods` for several currencies or nothing at all."""
    currencies = {item.value.currency for item in customs.items}
    if len(currencies) != 1:
        raise UndeclarableGoods(
            f"an export declaration has one currency, not {', '.join(sorted(currencies)) or 'none'}"
        )
    return Money(sum(item.value.amount for item in customs.items), currencies.pop())


def declaration(goods: Consignment, customs: CustomsDeclaration, day: str) -> Json:
    """exportDeclaration; ``day`` (YYYY-MM-DD) dates the invoice. Raises `InvalidUnit`."""
    reason = _REASONS["returned_goods"] if goods.is_return else _REASONS[customs.contents]
    fields: Json = {
        "lineItems": [_line(number, item, reason) for number, item in enumerate(customs.items, 1)],
        "invoice": {"number": (customs.invoice_number or goods.order_name)[:35], "date": day},
        "exportReasonType": reason,
        "placeOfIncoterm": goods.ship_to.address.city[:256],
    }
    if customs.signer:
        fields["invoice"]["signatureName"] = customs.signer[:35]
    return fields


def _line(number: int, item: CustomsItem, reason: str) -> Json:
    weight = kilograms(item.weight)
    pieces = item.quantity if item.quantity == item.quantity.to_integral_value() and item.quantity > 0 else Decimal(1)
    whole, rest = divmod(Decimal(item.value.amount), pieces)
    description = item.description
    if rest or pieces != item.quantity:
        # The value of one piece would not be exact, so the line is declared as one set.
        pieces, whole = Decimal(1), Decimal(item.value.amount)
        description = f"{item.quantity.normalize():f} x {description}"
    fields: Json = {
        "number": number,
        "description": description[:512],
        "price": amount(Money(int(whole), item.value.currency)),
        "quantity": {"value": int(pieces), "unitOfMeasurement": "PCS"},
        "exportReasonType": reason,
        "manufacturerCountry": item.country_of_origin,
        "weight": {"netValue": weight, "grossValue": weight},
    }
    if item.hs_code:
        fields["commodityCodes"] = [{"typeCode": "outbound", "value": item.hs_code}]
    return fields


def amount(value: Money) -> float:
    """Major units as the JSON number DHL takes; exact for amounts below 2^53 minor units."""
    return float(Decimal(value.amount).scaleb(-minor_exponent(value.currency)))


def registrations(customs: CustomsDeclaration | None, country: str) -> list[Json]:
    """RegistrationNumbers of the shipper."""
    if customs is None or not customs.eori:
        return []
    return [{"typeCode": "EOR", "number": customs.eori, "issuerCountryCode": country}]
