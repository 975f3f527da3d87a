"""Shipments, rates and bookings between the canonical words and EasyPost's; pure."""

from decimal import ROUND_UP, Decimal

import msgspec

from crossdock.connectors.easypost import wire
from crossdock.connectors.easypost.mapping.declaring import customs_info, declared_options, tax_identifiers
from crossdock.model.commands import BuyLabel, RequestRates, VoidLabel
from crossdock.model.events import Fact, RatesQuoted, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import stamp
from crossdock.model.money import InvalidAmount, money
from crossdock.model.order import Package
from crossdock.model.party import Party
from crossdock.model.shipment import Booking, Quote, Rate
from crossdock.model.units import Measure, convert

_TENTH = Decimal("0.1")


def shipment_request(
    command: RequestRates, label_format: str, label_size: str, carrier_accounts: tuple[str, ...]
) -> bytes:
    """The body of POST /v2/shipments. ``label_format`` holds where the command asks for no other than the usual PDF.

    Raises `InvalidUnit` for a measure that is no weight or length, `Undeclarable` for goods EasyPost cannot be told.
    """
    goods = command.consignment
    options: dict[str, object] = {"label_format": goods.label_format if goods.label_format != "PDF" else label_format}
    if label_size:
        options["label_size"] = label_size
    # EasyPost turns the addresses of a return round itself (docs.easypost.com/docs/shipments/returns).
    sender, receiver = (goods.ship_to, goods.ship_from) if goods.is_return else (goods.ship_from, goods.ship_to)
    shipment: dict[str, object] = {
        "reference": goods.reference,
        "to_address": address(receiver),
        "from_address": address(sender),
        "parcel": _parcel(goods.package),
        "options": options | declared_options(goods),
    }
    more = {
        "is_return": goods.is_return,
        "customs_info": customs_info(goods),
        "tax_identifiers": tax_identifiers(goods),
        "carrier_accounts": carrier_accounts,
    }
    return msgspec.json.encode({"shipment": shipment | {name: value for name, value in more.items() if value}})


def address(party: Party) -> dict[str, str]:
    """An Address of EasyPost's; what is empty is left out."""
    place = party.address
    fields = {
        "name": party.name,
        "company": party.company,
        "street1": place.lines[0] if place.lines else "",
        "street2": ", ".join(place.lines[1:]),
        "city": place.city,
        "state": place.region,
        "zip": place.postcode,
        "country": place.country,
        "phone": party.phone,
        "email": party.email,
    }
    return {name: text for name, text in fields.items() if text}


def _parcel(package: Package) -> dict[str, float]:
    """Ounces and inches with one decimal, rounded up: a parcel declared too light is charged again later."""
    parcel = {"weight": _tenths(package.weight, "ONZ")}
    if package.length and package.width and package.height:
        parcel["length"] = _tenths(package.length, "INH")
        parcel["width"] = _tenths(package.width, "INH")
        parcel["height"] = _tenths(package.height, "INH")
    return parcel


def _tenths(measure: Measure, unit: str) -> float:
    return float(convert(measure, unit).quantize(_TENTH, ROUND_UP))


def quoted(command: RequestRates, shipment: wire.Shipment, partner: str, subject: str) -> Fact:
    """The rates of a shipment just opened. Raises `InvalidInstant`.

    A rate whose price is no whole number of cents is left out and named in the messages.
    """
    rates, messages = [], [_message(each) for each in shipment.messages]
    for each in shipment.rates:
        try:
            price = money(each.rate, each.currency)
        except InvalidAmount as problem:
            messages.append(f"{each.carrier} {each.service} left out: {problem}")
            continue
        days = each.delivery_days if each.delivery_days is not None else each.est_delivery_days
        promised = stamp(each.delivery_date) if each.delivery_date else None
        rates.append(Rate(each.id, each.carrier, each.service, price, days, promised))
    quote = Quote(
        partner, command.package_id, shipment.id, tuple(rates), tuple(messages), command.consignment.reference
    )
    return Fact(RatesQuoted(quote), stamp(shipment.created_at), subject=subject)


def _message(message: wire.CarrierMessage) -> str:
    return f"{message.carrier or 'carrier'}: {plain(message.message)}"


def plain(raw: msgspec.Raw) -> str:
    """The text in a piece of JSON: a string as it is, anything else as JSON."""
    data = bytes(raw)
    if not data:
        return ""
    value = msgspec.json.decode(data)
    return value if isinstance(value, str) else data.decode()


def booked(command: BuyLabel, shipment: wire.Shipment, partner: str, subject: str) -> Fact:
    """The booking in a bought shipment, and the references it makes true.

    Raises `ValueError` when the shipment is not bought, or a time cannot be read.
    """
    label, rate, code = shipment.postage_label, shipment.selected_rate, shipment.tracking_code
    if label is None or rate is None or not code:
        raise ValueError(f"shipment {shipment.id} is not bought")
    try:
        cost = money(rate.rate, rate.currency)
    except InvalidAmount:
        cost = None
    booking = Booking(
        partner=partner,
        package_id=command.package_id,
        shipment_id=shipment.id,
        tracking_number=code,
        carrier=rate.carrier,
        service=rate.service,
        cost=cost,
        label_url=label.label_url or "",
        label_media_type=label.label_file_type or "",
        booking_reference=shipment.id,
    )
    binds = (Reference(ReferenceKind.TRACKING, code), Reference(ReferenceKind.BOOKING, shipment.id, partner))
    occurred = stamp(label.created_at or shipment.updated_at or shipment.created_at)
    return Fact(ShipmentBooked(booking), occurred, subject=subject, binds=binds)


def voided(command: VoidLabel, shipment: wire.Shipment, partner: str, subject: str) -> Fact:
    """The refund a shipment says was asked for or granted. Raises `InvalidInstant`."""
    body = ShipmentVoided(partner, command.package_id, shipment.id, command.tracking_number)
    return Fact(body, stamp(shipment.updated_at or shipment.created_at), subject=subject)
