"""International forms and dangerous goods as UPS takes them; pure."""

from decimal import Decimal

from crossdock.connectors.ups.config import UpsConfig
from crossdock.connectors.ups.mapping import parties
from crossdock.connectors.ups.mapping.parties import Json
from crossdock.model.money import Money
from crossdock.model.shipment import Consignment, CustomsDeclaration, CustomsItem, DangerousGoods

_REASONS = {
    "merchandise": "SALE",
    "gift": "GIFT",
    "sample": "SAMPLE",
    "returned_goods": "RETURN",
    "documents": "SALE",
    "other": "SALE",
}
_COMMERCIAL_INVOICE = "01"
_GROUPS = frozenset({"I", "II", "III"})


class UndeclarableGoods(ValueError):
    """Dangerous goods or goods for customs that cannot be declared to UPS as they are; the text says why."""


def forms(goods: Consignment, day: str) -> Json | None:
    """InternationalForms with a commercial invoice dated ``day`` (YYYYMMDD); None where customs is told nothing.

    Raises `InvalidUnit`, `UndeclarableGoods`.
    """
    customs = goods.customs
    if customs is None or not customs.items or customs.contents == "documents":
        return None
    currencies = {item.value.currency for item in customs.items}
    if len(currencies) > 1:
        raise UndeclarableGoods(f"one invoice has one currency, not {', '.join(sorted(currencies))}")
    unit = parties.units(goods.ship_from.address.country)[0]
    fields: Json = {
        "FormType": [_COMMERCIAL_INVOICE],
        "InvoiceNumber": (customs.invoice_number or goods.order_name)[:35],
        "InvoiceDate": day,
        "ReasonForExport": _REASONS[customs.contents],
        "TermsOfShipment": customs.incoterm,
        "CurrencyCode": currencies.pop(),
        "Contacts": {"SoldTo": _sold_to(goods)},
        "Product": [_product(item, unit) for item in customs.items],
    }
    if customs.eori:
        fields["DeclarationStatement"] = f"EORI {customs.eori}"
    if customs.itn:
        fields["EEIFilingOption"] = {"Code": "1", "ShipperFiled": {"Code": "A", "PreDepartureITNNumber": customs.itn}}
    return fields


def _sold_to(goods: Consignment) -> Json:
    return parties.party(goods.ship_to)


def _product(item: CustomsItem, unit: str) -> Json:
    pieces = item.quantity if item.quantity == item.quantity.to_integral_value() and item.quantity > 0 else Decimal(1)
    each = _each(item.value, pieces)
    description = item.description
    if each is None:
        # The value of one piece would not be exact, so the line is declared as one set.
        pieces, each, description = Decimal(1), _amount(item.value), f"{item.quantity.normalize():f} x {description}"
    fields: Json = {
        "Description": [description[:35]],
        "Unit": {"Number": f"{pieces:.0f}", "UnitOfMeasurement": {"Code": "PCS"}, "Value": each},
        "CommodityCode": item.hs_code,
        "PartNumber": item.sku[:10],
        "OriginCountryCode": item.country_of_origin,
        "ProductWeight": {"UnitOfMeasurement": {"Code": unit}, "Weight": parties.weight(item.weight, unit)},
    }
    return {name: value for name, value in fields.items() if value}


def _each(value: Money, pieces: Decimal) -> str | None:
    whole, rest = divmod(Decimal(value.amount), pieces)
    return None if rest else _amount(Money(int(whole), value.currency))


def _amount(value: Money) -> str:
    return str(value).partition(" ")[0]


def duties(customs: CustomsDeclaration | None, account: str) -> list[Json]:
    """The further ShipmentCharge where the sender pays duties and taxes; else the recipient does by default."""
    if customs is None or customs.duties_paid_by != "sender":
        return []
    return [{"Type": "02", "BillShipper": {"AccountNumber": account}}]


def hazards(goods: Consignment, config: UpsConfig) -> list[Json]:
    """HazMat records of a package. Raises `UndeclarableGoods` for what UPS would not take, `InvalidUnit`."""
    if len(goods.dangerous_goods) > 3:
        raise UndeclarableGoods("UPS takes at most three dangerous substances in one package")
    return [_hazard(each, index, config) for index, each in enumerate(goods.dangerous_goods, 1)]


def _hazard(goods: DangerousGoods, number: int, config: UpsConfig) -> Json:
    level = "LR" if goods.lithium and goods.limited_quantity else "LQ" if goods.limited_quantity else "FR"
    if level == "FR" and not config.emergency_phone:
        raise UndeclarableGoods(f"UN{goods.un_number} is fully regulated and emergency_phone is not configured")
    if level == "FR" and goods.quantity is None:
        raise UndeclarableGoods(f"UN{goods.un_number} is fully regulated and its quantity is not known")
    fields: Json = {
        "ChemicalRecordIdentifier": str(number),
        "RegulationSet": config.regulation_set,
        "CommodityRegulatedLevelCode": level,
        "TransportationMode": config.transportation_mode,
        "IDNumber": f"UN{goods.un_number}",
        "ClassDivisionNumber": goods.hazard_class,
        "ProperShippingName": goods.proper_shipping_name[:250],
        "PackagingGroupType": goods.packing_group if goods.packing_group in _GROUPS else "",
        "EmergencyPhone": config.emergency_phone,
        "PackagingTypeQuantity": "1",
        "PackagingType": "fibreboard box",
    }
    if goods.quantity is not None:
        fields |= {"Quantity": f"{goods.quantity.value:f}", "UOM": _unit(goods)}
    return {name: value for name, value in fields.items() if value}


def _unit(goods: DangerousGoods) -> str:
    units = {"KGM": "kg", "GRM": "g", "LTR": "L", "MLT": "ml", "LBR": "pound", "ONZ": "ounce"}
    unit = goods.quantity.unit if goods.quantity else ""
    if unit not in units:
        raise UndeclarableGoods(f"UPS takes no dangerous goods in {unit}")
    return units[unit]
