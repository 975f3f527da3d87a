"""Customs and dangerous goods as FedEx takes them; pure."""

from decimal import Decimal

from crossdock.connectors.fedex.config import FedexConfig
from crossdock.connectors.fedex.mapping import parties
from crossdock.connectors.fedex.mapping.parties import Json
from crossdock.model.money import Money, minor_exponent
from crossdock.model.shipment import Consignment, CustomsItem, DangerousGoods

_PURPOSES = {
    "merchandise": "SOLD",
    "gift": "GIFT",
    "sample": "SAMPLE",
    "returned_goods": "REPAIR_AND_RETURN",
    "documents": "NOT_SOLD",
    "other": "NOT_SOLD",
}
_PACKING = {
    "contained": "CONTAINED_IN_EQUIPMENT",
    "packed_with": "PACKED_WITH_EQUIPMENT",
}
_ION, _METAL = frozenset({"3480", "3481", "3171", "3556"}), frozenset({"3090", "3091", "3557"})


class UndeclarableGoods(ValueError):
    """Dangerous goods or goods for customs that cannot be declared to FedEx as they are; the text says why."""


def clearance(goods: Consignment, account: str) -> Json | None:
    """A customsClearanceDetail; None where customs is told nothing. Raises `InvalidUnit`, `UndeclarableGoods`."""
    customs = goods.customs
    if customs is None or not customs.items:
        return None
    currencies = {item.value.currency for item in customs.items}
    if len(currencies) > 1:
        raise UndeclarableGoods(f"one invoice has one currency, not {', '.join(sorted(currencies))}")
    unit = parties.units(goods.ship_from.address.country)[0]
    total = Money(sum(item.value.amount for item in customs.items), currencies.pop())
    payment: Json = {"paymentType": "SENDER" if customs.duties_paid_by == "sender" else "RECIPIENT"}
    if customs.duties_paid_by == "sender":
        payment["payor"] = {"responsibleParty": {"accountNumber": {"value": account}}}
    invoice: Json = {"termsOfSale": customs.incoterm, "shipmentPurpose": _PURPOSES[customs.contents]}
    if customs.invoice_number:
        invoice["customerReferences"] = [
            {"customerReferenceType": "INVOICE_NUMBER", "value": customs.invoice_number[:30]}
        ]
    detail: Json = {
        "dutiesPayment": payment,
        "isDocumentOnly": customs.contents == "documents",
        "totalCustomsValue": amount(total),
        "commercialInvoice": invoice,
        "commodities": [_commodity(item, unit) for item in customs.items],
    }
    if customs.itn:
        detail["exportDetail"] = {"exportComplianceStatement": f"AESX{customs.itn}"}
    if customs.eori:
        invoice["comments"] = [f"EORI {customs.eori}"]
    return detail


def amount(value: Money) -> Json:
    """An amount as FedEx takes it: a JSON number with the currency's decimals."""
    return {"amount": Decimal(value.amount).scaleb(-minor_exponent(value.currency)), "currency": value.currency}


def _commodity(item: CustomsItem, unit: str) -> Json:
    """One line. The line's value is exact; FedEx wants a price of one piece as well, so what cannot be divided is one
    set.
    """
    pieces = item.quantity if item.quantity == item.quantity.to_integral_value() and item.quantity > 0 else Decimal(1)
    description, each = item.description, Decimal(item.value.amount) / pieces
    if each != each.to_integral_value() or pieces != item.quantity:
        pieces, each = Decimal(1), Decimal(item.value.amount)
        description = f"{item.quantity.normalize():f} x {description}"
    fields: Json = {
        "description": description[:450],
        "countryOfManufacture": item.country_of_origin,
        "harmonizedCode": item.hs_code,
        "partNumber": item.sku,
        "quantity": int(pieces),
        "quantityUnits": "PCS",
        "unitPrice": amount(Money(int(each), item.value.currency)),
        "customsValue": amount(item.value),
        "weight": parties.weight(item.weight, unit),
    }
    return {name: value for name, value in fields.items() if value != ""}


def special_services(goods: Consignment, config: FedexConfig) -> Json | None:
    """The packageSpecialServices that declare dangerous goods; None where there are none.

    Raises `UndeclarableGoods` for what cannot be declared.
    """
    if not goods.dangerous_goods:
        return None
    batteries = [each for each in goods.dangerous_goods if each.lithium in _PACKING and each.limited_quantity]
    others = [each for each in goods.dangerous_goods if each not in batteries]
    services: Json = {"specialServiceTypes": []}
    if batteries:
        services["specialServiceTypes"].append("BATTERY")
        services["batteryDetails"] = [_battery(each) for each in batteries]
    if others:
        services["specialServiceTypes"].append("DANGEROUS_GOODS")
        services["dangerousGoodsDetail"] = _dangerous(others, config)
    return services


def _battery(goods: DangerousGoods) -> Json:
    return {
        "batteryPackingType": _PACKING[goods.lithium],
        "batteryRegulatoryType": "IATA_SECTION_II",
        "batteryMaterialType": _material(goods),
    }


def _material(goods: DangerousGoods) -> str:
    if goods.un_number in _ION:
        return "LITHIUM_ION"
    if goods.un_number in _METAL:
        return "LITHIUM_METAL"
    raise UndeclarableGoods(f"UN{goods.un_number} is no lithium battery FedEx knows")


def _dangerous(goods: list[DangerousGoods], config: FedexConfig) -> Json:
    """A dangerousGoodsDetail: limited quantities by ground need no papers, the rest is fully regulated."""
    limited = all(each.limited_quantity for each in goods)
    if not limited and not config.emergency_phone:
        named = ", ".join(f"UN{each.un_number}" for each in goods)
        raise UndeclarableGoods(f"{named} is fully regulated and emergency_phone is not configured")
    detail: Json = {
        "regulation": "ORMD" if limited else "DOT",
        "options": ["LIMITED_QUANTITIES_COMMODITIES" if limited else "HAZARDOUS_MATERIALS"],
        "containers": [{"packingType": "ALL_PACKED_IN_ONE", "numberOfContainers": 1,
                        "hazardousCommodities": [_hazard(each) for each in goods]}],
    }  # fmt: skip
    if config.emergency_phone:
        detail["emergencyContactNumber"] = config.emergency_phone
    return detail


def _hazard(goods: DangerousGoods) -> Json:
    if goods.quantity is None and not goods.limited_quantity:
        raise UndeclarableGoods(f"UN{goods.un_number} is fully regulated and its quantity is not known")
    description: Json = {
        "id": f"UN{goods.un_number}",
        "hazardClass": goods.hazard_class,
        "properShippingName": goods.proper_shipping_name,
    }
    if goods.packing_group:
        description["packingGroup"] = goods.packing_group
    hazard: Json = {"description": description}
    if goods.quantity is not None:
        units = {"KGM": "KG", "GRM": "G", "LTR": "L", "MLT": "ML", "LBR": "LB"}
        if goods.quantity.unit not in units:
            raise UndeclarableGoods(f"FedEx takes no dangerous goods in {goods.quantity.unit}")
        quantity = {"quantityType": "NET", "amount": goods.quantity.value, "units": units[goods.quantity.unit]}
        hazard["quantity"] = quantity
    return hazard
