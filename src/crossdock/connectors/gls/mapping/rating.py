"""Offers out of the tariff of the configuration: GLS has no price API; pure."""

from collections.abc import Collection
from decimal import Decimal

import msgspec

from crossdock.connectors.gls import wire
from crossdock.connectors.gls.config import GlsConfig, TariffRow
from crossdock.connectors.gls.mapping import parties
from crossdock.model.commands import RequestRates
from crossdock.model.events import Fact, RatesQuoted
from crossdock.model.instants import Stamp
from crossdock.model.money import InvalidAmount, money
from crossdock.model.shipment import Consignment, Quote, Rate

CARRIER = "GLS"


def allowed_request(goods: Consignment, config: GlsConfig) -> bytes:
    """The body of POST allowedservices."""
    ends = {"Source": goods.ship_from.address, "Destination": goods.ship_to.address}
    fields: parties.Json = {
        name: {"CountryCode": place.country, "ZIPCode": parties.plain(place.postcode, 10)}
        for name, place in ends.items()
    }
    return msgspec.json.encode(fields | {"ContactID": config.contact_id})


def names_of(answer: wire.AllowedServices) -> frozenset[str]:
    """Products and services GLS allows."""
    return frozenset(
        name for each in answer.allowed_services for name in (each.product_name, each.service_name) if name
    )


def quoted(
    command: RequestRates, config: GlsConfig, allowed: Collection[str] | None, told: tuple[str, str, Stamp]
) -> Fact:
    """The cheapest fitting row of each service; ``allowed`` is None where GLS was not asked; ``told`` are partner,
    subject and time. Raises `InvalidUnit`.
    """
    goods, messages = command.consignment, []
    weight, country = parties.kilograms(goods.package.weight), goods.ship_to.address.country
    rates: dict[str, Rate] = {}
    for row in sorted(config.tariff, key=lambda each: (each.price, each.up_to_kg)):
        if row.service in rates or not _fits(row, country, weight, config.tariff):
            continue
        missing = [] if allowed is None else [name for name in row.service.split("+") if name not in allowed]
        if missing:
            messages.append(f"{row.service} left out: GLS does not allow {', '.join(missing)} here")
            continue
        try:
            rates[row.service] = Rate(row.service, CARRIER, row.service, money(str(row.price), row.currency), row.days)
        except InvalidAmount as problem:
            messages.append(f"{row.service} left out: {problem}")
    if not rates and not messages:
        messages.append(f"the tariff has no price for {weight} kg to {country}")
    partner, subject, at = told
    quote = Quote(
        partner,
        command.package_id,
        goods.reference,
        tuple(rates.values()),
        tuple(dict.fromkeys(messages)),
        goods.reference,
    )
    return Fact(RatesQuoted(quote), at, subject=subject)


def _fits(row: TariffRow, country: str, weight: Decimal, tariff: tuple[TariffRow, ...]) -> bool:
    """Whether a row is for a parcel; one for everywhere else gives way to one that names the country."""
    if weight > row.up_to_kg:
        return False
    if row.countries:
        return country in row.countries
    return not any(country in other.countries for other in tariff if other.service == row.service)
