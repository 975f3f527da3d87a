"""Rates between the MyDHL API's words and ours; pure."""

import msgspec

from crossdock.connectors.dhl_express import wire
from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.mapping import customs, parties
from crossdock.connectors.dhl_express.mapping.parties import Json
from crossdock.model.commands import RequestRates
from crossdock.model.events import Fact, RatesQuoted
from crossdock.model.instants import InvalidInstant, Stamp, stamp
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.shipment import Quote, Rate

CARRIER = "DHL Express"
_BILLED = "BILLC"


def request(command: RequestRates, config: DhlExpressConfig, now: int) -> bytes:
    """The body of POST /rates at ``now`` (epoch microseconds). Raises `InvalidUnit`, `customs.UndeclarableGoods`."""
    goods = command.consignment
    fields: Json = {
        "customerDetails": {
            "shipperDetails": parties.place(goods.ship_from),
            "receiverDetails": parties.place(goods.ship_to),
        },
        "accounts": parties.accounts(goods, config),
        "plannedShippingDateAndTime": parties.moment(now, ""),
        "unitOfMeasurement": "metric",
        "isCustomsDeclarable": goods.customs is not None,
        "returnStandardProductsOnly": False,
        "packages": [parties.package(goods.package, config)],
    }
    if goods.customs is not None:
        worth = customs.total(goods.customs)
        declared = {"typeCode": "declaredValue", "value": customs.amount(worth), "currency": worth.currency}
        fields["monetaryAmount"] = [declared]
    services = customs.services(goods, config)
    if services:
        fields["valueAddedServices"] = [{"serviceCode": each["serviceCode"]} for each in services]
    return msgspec.json.encode(fields)


def quoted(
    command: RequestRates, answer: wire.Rates, wanted: tuple[str, ...], partner: str, subject: str, at: Stamp
) -> Fact:
    """The offers. DHL opens no shipment, so the consignment's reference stands for it and a product code buys.

    A product without a price, or with one that is no whole number of cents, is left out and named in the messages.
    """
    goods, rates, messages = command.consignment, [], list(answer.warnings)
    for each in answer.products:
        if wanted and each.product_code not in wanted:
            continue
        try:
            price = price_of(each.total_price)
        except InvalidAmount as problem:
            messages.append(f"{each.product_code} {each.product_name} left out: {problem}")
            continue
        days, deliver_by = _promise(each.delivery_capabilities)
        service = each.product_name or each.product_code
        rates.append(Rate(rate_id(each), CARRIER, service, price, days, deliver_by))
    quote = Quote(partner, command.package_id, goods.reference, tuple(rates), tuple(messages), goods.reference)
    return Fact(RatesQuoted(quote), at, subject=subject)


def rate_id(product: wire.Product) -> str:
    """The product code, followed by the local one where that differs: domestic products are known by it."""
    local = product.local_product_code
    return product.product_code if local in {"", product.product_code} else f"{product.product_code}/{local}"


def price_of(prices: list[wire.Price]) -> Money:
    """What the account is billed. Raises `InvalidAmount`."""
    told = [each for each in prices if each.price is not None and each.price_currency]
    chosen = next((each for each in told if each.currency_type == _BILLED), told[0] if told else None)
    if chosen is None or chosen.price is None or chosen.price <= 0:
        raise InvalidAmount("DHL names no price")
    return money(str(chosen.price), chosen.price_currency)


def _promise(said: wire.DeliveryCapabilities) -> tuple[int | None, Stamp | None]:
    """Days and the time of arrival, local to the destination, whose zone DHL does not say."""
    days = str(said.total_transit_days)
    try:
        deliver_by = stamp(said.estimated_delivery_date_and_time) if said.estimated_delivery_date_and_time else None
    except InvalidInstant:
        deliver_by = None
    return (int(days) if days.isdigit() else None), deliver_by
