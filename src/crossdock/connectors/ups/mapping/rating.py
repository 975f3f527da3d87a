"""Rates between UPS's words and ours; pure."""

import msgspec

from crossdock.connectors.ups import wire
from crossdock.connectors.ups.config import UpsConfig
from crossdock.connectors.ups.mapping import parties
from crossdock.connectors.ups.mapping.parties import Json
from crossdock.connectors.ups.mapping.services import SERVICES
from crossdock.model.commands import RequestRates
from crossdock.model.events import Fact, RatesQuoted
from crossdock.model.instants import InvalidInstant, Stamp, stamp
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.party import Party
from crossdock.model.shipment import Quote, Rate

_NOT_DOCUMENTS, _DOCUMENTS = "03", "02"


def request(command: RequestRates, config: UpsConfig) -> bytes:
    """The body of POST /api/rating/v2409/Shoptimeintransit. Raises `InvalidUnit`."""
    goods = command.consignment
    country = goods.ship_from.address.country
    contents = goods.customs.contents if goods.customs else "merchandise"
    unit = parties.units(country)[0]
    shipment: Json = {
        "Shipper": shipper(command, config),
        "ShipTo": _end(goods.ship_to),
        "ShipFrom": _end(goods.ship_from),
        "PaymentDetails": {"ShipmentCharge": [{"Type": "01", "BillShipper": {"AccountNumber": config.account_number}}]},
        "DeliveryTimeInformation": {"PackageBillType": _DOCUMENTS if contents == "documents" else _NOT_DOCUMENTS},
        "ShipmentTotalWeight": {
            "UnitOfMeasurement": {"Code": unit},
            "Weight": parties.weight(goods.package.weight, unit),
        },
        "NumOfPieces": "1",
        "Package": [parties.package_of(goods.package, country, "PackagingType")],
    }
    if config.negotiated_rates:
        shipment["ShipmentRatingOptions"] = {"NegotiatedRatesIndicator": "Y"}
    worth = total_value(command)
    if worth is not None:
        amount, currency = str(worth).split(" ")
        shipment["InvoiceLineTotal"] = {"CurrencyCode": currency, "MonetaryValue": amount}
    head = {"RequestOption": "Shoptimeintransit", "TransactionReference": {"CustomerContext": goods.reference[:512]}}
    body = {"Request": head, "PickupType": {"Code": "01"}, "Shipment": shipment}
    return msgspec.json.encode({"RateRequest": body})


def shipper(command: RequestRates, config: UpsConfig) -> Json:
    """The Shipper: where the goods leave from, or where they go to when they come back."""
    goods = command.consignment
    ours = goods.ship_to if goods.is_return else goods.ship_from
    return {**_end(ours), "ShipperNumber": config.account_number}


def _end(who: Party) -> Json:
    return {"Name": (who.company or who.name)[:35], "Address": parties.address(who)}


def total_value(command: RequestRates) -> Money | None:
    """What the goods are worth together, where customs is told; None for several currencies."""
    customs = command.consignment.customs
    values = [item.value for item in customs.items] if customs else []
    if not values or len({value.currency for value in values}) > 1:
        return None
    return Money(sum(value.amount for value in values), values[0].currency)


def quoted(command: RequestRates, answer: wire.RateResponse, partner: str, subject: str, at: Stamp) -> Fact:
    """The offers. UPS opens no shipment, so the consignment's reference stands for it and a service code buys.

    Prices are the account's own where UPS gives them. An amount that is no whole number of cents is left out and
    named in the messages.
    """
    goods, rates, messages = command.consignment, [], []
    for each in answer.RatedShipment:
        own = each.NegotiatedRateCharges.TotalCharge if each.NegotiatedRateCharges else None
        charged = own or each.TotalCharges
        try:
            price = money(charged.MonetaryValue, charged.CurrencyCode)
        except InvalidAmount as problem:
            messages.append(f"service {each.Service.Code} left out: {problem}")
            continue
        code = each.Service.Code
        days, deliver_by = _promise(each)
        rates.append(Rate(code, "UPS", SERVICES.get(code, code), price, days, deliver_by))
    messages += [f"{alert.Code}: {alert.Description}" for alert in answer.Response.Alert]
    quote = Quote(
        partner, command.package_id, goods.reference, tuple(rates), tuple(dict.fromkeys(messages)), goods.reference
    )
    return Fact(RatesQuoted(quote), at, subject=subject)


def _promise(offer: wire.RatedShipment) -> tuple[int | None, Stamp | None]:
    """Business days and the time of arrival at the destination, whose zone UPS does not say."""
    summary = offer.TimeInTransit.ServiceSummary if offer.TimeInTransit else None
    arrival = summary.EstimatedArrival if summary else None
    if arrival is None:
        return None, None
    days = int(arrival.BusinessDaysInTransit) if arrival.BusinessDaysInTransit.isdecimal() else None
    day, time = (arrival.Arrival.Date, arrival.Arrival.Time) if arrival.Arrival else ("", "")
    try:
        return days, stamp(f"{day}T{time}" if time else day)
    except InvalidInstant:
        return days, None
