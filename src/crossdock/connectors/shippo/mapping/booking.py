"""Shipments, rates and bookings between the canonical words and Shippo's; pure."""

from collections.abc import Sequence
from decimal import ROUND_UP, Decimal

import msgspec

from crossdock.connectors.shippo import wire
from crossdock.connectors.shippo.mapping.declaring import Undeclarable, dangerous_goods, declaration
from crossdock.model.commands import BuyLabel, RequestRates, VoidLabel
from crossdock.model.events import Fact, RatesQuoted, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference, ReferenceKind, digest
from crossdock.model.instants import stamp
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.order import Package
from crossdock.model.party import Party
from crossdock.model.shipment import Booking, Quote, Rate
from crossdock.model.units import Measure, convert

_LONGEST_METADATA = 100
_LONGEST_REFERENCE = 50
_STREETS = 3
_TENTH = Decimal("0.1")
_FILE_TYPES = {"ZPL": "ZPLII", "PNG": "PNG"}
_TURNED_ROUND = frozenset({"USPS", "UPS", "FedEx"})
"""Carriers Shippo makes return labels of; it switches the addresses for them itself (docs.goshippo.com, returns)."""


def shipment_request(command: RequestRates, carrier_accounts: Sequence[str]) -> bytes:
    """The body of POST /shipments. Raises `InvalidUnit` for a measure that is no weight or length, `Undeclarable` for
    goods Shippo cannot be told.
    """
    goods = command.consignment
    sender, receiver = (goods.ship_to, goods.ship_from) if goods.is_return else (goods.ship_from, goods.ship_to)
    extra: dict[str, object] = {"reference_1": goods.order_name[:_LONGEST_REFERENCE]}
    if goods.is_return:
        extra["is_return"] = True
    shipment: dict[str, object] = {
        "address_from": address(sender),
        "address_to": address(receiver),
        "parcels": [_parcel(goods.package)],
        "extra": extra | dangerous_goods(goods.dangerous_goods),
        "metadata": metadata(goods.reference),
        "async": False,
    }
    more = {"customs_declaration": declaration(goods), "carrier_accounts": list(carrier_accounts)}
    return msgspec.json.encode(shipment | {name: value for name, value in more.items() if value})


def metadata(reference: str) -> str:
    """Our reference as Shippo keeps it: a hundred characters at most."""
    return reference if len(reference) <= _LONGEST_METADATA else f"sha256:{digest(reference)}"


def purchase_request(command: BuyLabel, label_format: str, *, asynchronous: bool) -> bytes:
    """The body of POST /transactions; ``label_format`` is the PDF that is wanted."""
    goods = command.consignment
    body = {
        "rate": command.rate_id,
        "label_file_type": _FILE_TYPES.get(goods.label_format, label_format),
        "metadata": metadata(goods.reference),
        "async": asynchronous,
    }
    return msgspec.json.encode(body)


def address(party: Party) -> dict[str, str]:
    """An Address of Shippo's; what is empty is left out."""
    place = party.address
    lines = (*place.lines[: _STREETS - 1], ", ".join(place.lines[_STREETS - 1 :]))
    fields = {
        "name": party.name,
        "company": party.company,
        **{f"street{index}": line for index, line in enumerate(lines, 1)},
        "city": place.city,
        "state": place.region,
        "zip": place.postcode,
        "country": place.country,
        "phone": party.phone,
        "email": party.email,
    }
    return {name: text for name, text in fields.items() if text}


def _parcel(package: Package) -> dict[str, str]:
    """Grams and centimetres with one decimal, rounded up: a parcel declared too small is charged again later."""
    if not (package.length and package.width and package.height):
        raise Undeclarable(
            "Shippo needs the length, width and height of the package. Give it a package type with sizes."
        )
    return {
        "weight": _tenths(package.weight, "GRM"),
        "mass_unit": "g",
        "length": _tenths(package.length, "CMT"),
        "width": _tenths(package.width, "CMT"),
        "height": _tenths(package.height, "CMT"),
        "distance_unit": "cm",
    }


def _tenths(measure: Measure, unit: str) -> str:
    return f"{convert(measure, unit).quantize(_TENTH, ROUND_UP):f}"


def quoted(command: RequestRates, shipment: wire.Shipment, partner: str, subject: str) -> Fact:
    """The rates of a shipment just opened. Raises `InvalidInstant`.

    A rate whose price is no whole number of cents is left out and named in the messages; so are, for a return, those
    of carriers Shippo makes no return labels of.
    """
    rates, messages = [], [str(each) for each in shipment.messages]
    for each in shipment.rates:
        service = each.servicelevel.token or each.servicelevel.name or ""
        if command.consignment.is_return and each.provider not in _TURNED_ROUND:
            messages.append(f"{each.provider} {service} left out: no return labels")
            continue
        try:
            price = money(each.amount, each.currency)
        except InvalidAmount as problem:
            messages.append(f"{each.provider} {service} left out: {problem}")
            continue
        rates.append(Rate(each.object_id, each.provider, service, price, each.estimated_days))
    quote = Quote(
        partner, command.package_id, shipment.object_id, tuple(rates), tuple(messages), command.consignment.reference
    )
    return Fact(RatesQuoted(quote), stamp(shipment.object_created), subject=subject)


def booked(command: BuyLabel, bought: wire.Transaction, cost: Money | None, partner: str, subject: str) -> Fact:
    """The booking in a transaction that succeeded, and the references it makes true. Raises `InvalidInstant`."""
    number = bought.tracking_number or ""
    booking = Booking(
        partner=partner,
        package_id=command.package_id,
        shipment_id=bought.object_id,
        tracking_number=number,
        carrier=command.carrier,
        service=command.service,
        cost=cost,
        label_url=bought.label_url or "",
        label_media_type=media_type(bought),
        booking_reference=bought.object_id,
    )
    binds = (Reference(ReferenceKind.TRACKING, number), Reference(ReferenceKind.BOOKING, bought.object_id, partner))
    return Fact(ShipmentBooked(booking), stamp(bought.object_created), subject=subject, binds=binds)


def cost_of(rate: wire.Rate) -> Money | None:
    """What a rate costs; None where it is not told exactly."""
    try:
        return money(rate.amount, rate.currency)
    except InvalidAmount:
        return None


def media_type(bought: wire.Transaction) -> str:
    """The media type of a label, by the format it was made in."""
    return wire.MEDIA_TYPES.get((bought.label_file_type or "").partition("_")[0], "")


def voided(command: VoidLabel, partner: str, at: str, subject: str) -> Fact:
    """A label that will not be charged. Raises `InvalidInstant`."""
    body = ShipmentVoided(partner, command.package_id, command.shipment_id, command.tracking_number)
    return Fact(body, stamp(at), subject=subject)
