"""Quotes, bookings and voids out of Sendcloud's answers."""

from crossdock.connectors.sendcloud import wire
from crossdock.connectors.sendcloud.mapping.consignment import Choice
from crossdock.model.commands import BuyLabel, RequestRates, VoidLabel
from crossdock.model.events import Fact, RatesQuoted, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp, stamp
from crossdock.model.money import InvalidAmount, money
from crossdock.model.shipment import Booking, Quote, Rate

GONE = frozenset(
    {
        "CANCELLED",
        "CANCELLED_UPSTREAM",
        "CANCELLING",
        "CANCELLING_UPSTREAM",
        "CANCELLATION_REQUESTED",
        "SUBMITTING_CANCELLATION_REQUEST",
    }
)
FAILED, ANNOUNCING = "ANNOUNCEMENT_FAILED", frozenset({"ANNOUNCING", "BEING_ANNOUNCED", "NO_LABEL"})
"""Statuses of parcels that will not go, that could not be announced, and that are not announced yet."""

RETURN, RETURN_PARCEL = "return:", "return-parcel:"
"""How bookings of returns are named: by the return's id, or by the parcel's where lists told no other."""


def status_of(parcel: wire.Parcel) -> str:
    """The status in one spelling: API v3 writes capitals, its lists of returns hyphens."""
    return parcel.status.code.upper().replace("-", "_").replace(" ", "_")


def quoted(command: RequestRates, options: wire.ShippingOptions, partner: str, subject: str, at: Stamp) -> Fact:
    """The options that have a price. Sendcloud opens nothing: the quote goes by our reference."""
    rates: list[Rate] = []
    messages = [options.message] if options.message else []
    for each in options.data or ():
        rate = _rate(command, each)
        if isinstance(rate, Rate):
            rates.append(rate)
        else:
            messages.append(f"{each.code} left out: {rate}")
    goods = command.consignment
    quote = Quote(partner, command.package_id, goods.reference, tuple(rates), tuple(messages), goods.reference)
    return Fact(RatesQuoted(quote), at, subject=subject)


def _rate(command: RequestRates, option: wire.ShippingOption) -> Rate | str:
    """The option's price, or why it is none of ours."""
    declared, incoterm = command.consignment.customs, option.functionalities.incoterm
    if declared is not None and incoterm and incoterm.upper() != declared.incoterm:
        return f"it is {incoterm.upper()}, the goods are {declared.incoterm}"
    first = option.quotes[0] if option.quotes else None
    total = first.price.total if first is not None and first.price is not None else None
    if first is None or total is None:
        return "Sendcloud tells no price"
    try:
        price = money(str(total.value), total.currency)
    except InvalidAmount as problem:
        return str(problem)
    days = -(-first.lead_time // 24) if first.lead_time is not None else None
    contract = option.contract.id if option.contract is not None else None
    return Rate(Choice(option.code, contract).rate_id, option.carrier.code or "", option.code, price, days)


def booked(
    command: BuyLabel, shipment: wire.Shipment, media_type: str, partner: str, subject: str, label_url: str
) -> Fact:
    """The booking of an outgoing shipment. Raises `ValueError` where it has no announced parcel."""
    found = next((each for each in shipment.parcels if each.tracking_number), None)
    if found is None or not found.tracking_number:
        raise ValueError(f"shipment {shipment.id} has no parcel with a tracking number")
    link = next((paper.link for paper in found.documents or () if paper.type == "label"), "") or label_url
    return _booked(command, shipment.id, found.tracking_number, link, media_type, (partner, subject), found, shipment)


def _booked(
    command: BuyLabel,
    shipment_id: str,
    number: str,
    link: str,
    media_type: str,
    ours: tuple[str, str],
    parcel: wire.Parcel,
    shipment: wire.Shipment,
) -> Fact:
    partner, subject = ours
    booking = Booking(
        partner=partner,
        package_id=command.package_id,
        shipment_id=shipment_id,
        tracking_number=number,
        carrier=(shipment.carrier.code if shipment.carrier else None) or command.carrier,
        service=_option(shipment) or command.service,
        label_url=link,
        label_media_type=media_type,
        booking_reference=str(parcel.id),
    )
    return _fact(booking, partner, subject, stamp(parcel.announced_at or parcel.created_at))


def _option(shipment: wire.Shipment) -> str:
    code = shipment.ship_with.properties.get("shipping_option_code") if shipment.ship_with else None
    return str(code or "")


def returned(
    command: BuyLabel, found: wire.Return, booking_id: str, media_type: str, partner: str, subject: str
) -> Fact:
    """The booking of a return. Raises `ValueError` where it has no tracking number."""
    if not found.tracking_number:
        raise ValueError(f"{booking_id} has no tracking number")
    cost = None
    if found.label_cost is not None:
        try:
            cost = money(str(found.label_cost.value), found.label_cost.currency)
        except InvalidAmount:
            cost = None
    booking = Booking(
        partner=partner,
        package_id=command.package_id,
        shipment_id=booking_id,
        tracking_number=found.tracking_number,
        carrier=command.carrier,
        service=command.service,
        cost=cost,
        label_url=found.label_url or "",
        label_media_type=media_type,
        booking_reference=booking_id,
    )
    return _fact(booking, partner, subject, stamp(found.created_at))


def _fact(booking: Booking, partner: str, subject: str, at: Stamp) -> Fact:
    binds = (
        Reference(ReferenceKind.TRACKING, booking.tracking_number),
        Reference(ReferenceKind.BOOKING, booking.booking_reference, partner),
        Reference(ReferenceKind.BOOKING, booking.shipment_id, partner),
    )
    return Fact(ShipmentBooked(booking), at, subject=subject, binds=binds)


def voided(command: VoidLabel, partner: str, subject: str, at: Stamp) -> Fact:
    """The cancellation of a shipment or return at ``at``."""
    body = ShipmentVoided(partner, command.package_id, command.shipment_id, command.tracking_number)
    return Fact(body, at, subject=subject)
