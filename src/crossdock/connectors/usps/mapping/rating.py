"""Prices between USPS's words and ours; pure."""

import msgspec

from crossdock.connectors.usps import wire
from crossdock.connectors.usps.config import UspsConfig
from crossdock.connectors.usps.mapping import parties
from crossdock.connectors.usps.mapping.parties import Json
from crossdock.connectors.usps.mapping.services import CARRIER, indicator_of, name_of
from crossdock.model.commands import RequestRates
from crossdock.model.events import Fact, RatesQuoted
from crossdock.model.instants import Stamp
from crossdock.model.money import money
from crossdock.model.shipment import Consignment, Quote, Rate


def classes(goods: Consignment, config: UspsConfig) -> tuple[str, ...]:
    """Mail classes to ask for."""
    if not parties.is_domestic(goods):
        return config.international_mail_classes
    return (config.return_mail_class,) if goods.is_return else config.mail_classes


def request(goods: Consignment, mail_class: str, config: UspsConfig, day: str) -> bytes:
    """The body of base-rates/search for one mail class. Raises `InvalidUnit`.

    Returns have no price list of their own in this API: they are asked for as the first domestic class.
    """
    asked = config.mail_classes[0] if goods.is_return and config.mail_classes else mail_class
    fields: Json = {
        "originZIPCode": parties.zip_of(goods.ship_from)[0],
        "weight": parties.pounds(goods.package.weight),
        **parties.sides(goods.package, config),
        "mailClass": asked,
        "processingCategory": "MACHINABLE",
        "destinationEntryFacilityType": "NONE",
        "rateIndicator": indicator_of(asked),
        "priceType": config.price_type,
        "mailingDate": day,
    }
    if config.price_type != "RETAIL":
        fields |= {"accountType": config.account_type, "accountNumber": config.account_number}
    if parties.is_domestic(goods):
        fields["destinationZIPCode"] = parties.zip_of(goods.ship_to)[0]
    else:
        place = goods.ship_to.address
        fields |= {"destinationCountryCode": place.country, "foreignPostalCode": place.postcode[:11]}
    return msgspec.json.encode(fields)


def rate(mail_class: str, answer: wire.BaseRates) -> Rate:
    """An offer. Raises `InvalidAmount`."""
    return Rate(mail_class, CARRIER, name_of(mail_class), money(str(answer.total_base_price), "USD"))


def quoted(
    command: RequestRates, rates: list[Rate], messages: list[str], partner: str, subject: str, at: Stamp
) -> Fact:
    """The offers. USPS opens no shipment, so the consignment's reference stands for it and a mail class buys."""
    goods = command.consignment
    quote = Quote(partner, command.package_id, goods.reference, tuple(rates), tuple(messages), goods.reference)
    return Fact(RatesQuoted(quote), at, subject=subject)
