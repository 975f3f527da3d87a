"""Rates between FedEx's words and ours; pure."""

import re

from crossdock.connectors.fedex import wire
from crossdock.connectors.fedex.config import FedexConfig
from crossdock.connectors.fedex.mapping import customs, parties
from crossdock.connectors.fedex.mapping.parties import Json
from crossdock.model.commands import RequestRates
from crossdock.model.events import Fact, RatesQuoted
from crossdock.model.instants import InvalidInstant, Stamp, stamp
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.shipment import Quote, Rate

_NUMBERS = (
    "ZERO ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE THIRTEEN FOURTEEN FIFTEEN SIXTEEN "
    "SEVENTEEN EIGHTEEN NINETEEN TWENTY"
)
_DAYS = {word: number for number, word in enumerate(_NUMBERS.split())}


def request(command: RequestRates, config: FedexConfig) -> bytes:
    """The body of POST /rate/v1/rates/quotes. Raises `InvalidUnit`, `customs.UndeclarableGoods`."""
    goods = command.consignment
    shipment: Json = {
        "shipper": {"address": parties.address(goods.ship_from)},
        "recipient": {"address": parties.address(goods.ship_to)},
        "rateRequestType": ["ACCOUNT", "LIST"],
        "pickupType": config.pickup_type,
        "packagingType": "YOUR_PACKAGING",
        "requestedPackageLineItems": [_line(command, config)],
    }
    clearance = customs.clearance(goods, config.account_number)
    if clearance:
        shipment["customsClearanceDetail"] = clearance
    body: Json = {
        "accountNumber": {"value": config.account_number},
        "rateRequestControlParameters": {"returnTransitTimes": True},
        "requestedShipment": shipment,
    }
    return parties.encode(body)


def _line(command: RequestRates, config: FedexConfig) -> Json:
    goods = command.consignment
    line = parties.package_of(goods.package, goods.ship_from.address.country)
    services = customs.special_services(goods, config)
    return {**line, "packageSpecialServices": services} if services else line


def quoted(command: RequestRates, answer: wire.RateOutput, partner: str, subject: str, at: Stamp) -> Fact:
    """The offers. FedEx opens no shipment, so the consignment's reference stands for it and a service type buys.

    Prices are the account's own where FedEx gives them. An amount that is no whole number of cents is left out and
    named in the messages.
    """
    goods, rates, messages = command.consignment, [], []
    for each in answer.rate_reply_details:
        priced = next((rate for rate in each.rated_shipment_details if rate.rate_type == "ACCOUNT"), None)
        priced = priced or next(iter(each.rated_shipment_details), None)
        if priced is None:
            messages.append(f"{each.service_type} left out: it has no price")
            continue
        try:
            price = _money(priced)
        except InvalidAmount as problem:
            messages.append(f"{each.service_type} left out: {problem}")
            continue
        name = each.service_name or each.service_type
        rates.append(Rate(each.service_type, "FedEx", name, price, _days(each), _promise(each)))
    messages += [f"{alert.code}: {alert.message}" for alert in answer.alerts]
    quote = Quote(partner, command.package_id, goods.reference, tuple(rates), tuple(messages), goods.reference)
    return Fact(RatesQuoted(quote), at, subject=subject)


def _money(priced: wire.RatedShipment) -> Money:
    # FedEx writes some currencies in a way of its own (UKL for GBP); what ISO 4217 does not know is refused.
    return money(str(priced.total_net_charge), {"UKL": "GBP", "JYE": "JPY"}.get(priced.currency, priced.currency))


def _days(offer: wire.RateReply) -> int | None:
    word = offer.operational_detail.transit_time if offer.operational_detail else ""
    return _DAYS.get(re.sub(r"_DAYS?$", "", word))


def _promise(offer: wire.RateReply) -> Stamp | None:
    """Delivery as FedEx promises it, local to the destination, whose zone is not said."""
    said = offer.commit.date_detail.day_format if offer.commit and offer.commit.date_detail else ""
    for text in (said, offer.operational_detail.delivery_date if offer.operational_detail else ""):
        try:
            return stamp(text)
        except InvalidInstant:
            continue
    return None
