"""Quotes, bookings and voids out of ShipEngine's answers."""

from decimal import Decimal

from crossdock.connectors.shipengine import wire
from crossdock.model.commands import BuyLabel, RequestRates, VoidLabel
from crossdock.model.events import Fact, RatesQuoted, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp, stamp
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.shipment import Booking, Quote, Rate

MEDIA_TYPES = {"pdf": "application/pdf", "png": "image/png", "zpl": "application/zpl"}


def quoted(command: RequestRates, answer: wire.RatedShipment, partner: str, subject: str, now: Stamp) -> Fact:
    """The rates of a shipment. Raises `InvalidInstant`.

    What cannot be bought, or whose price is no whole number of cents, is left out and named in the messages.
    """
    found = answer.rate_response
    rates: list[Rate] = []
    messages = [f"{each.carrier_code or 'ShipEngine'}: {each.message}" for each in found.errors]
    messages += [
        f"{each.carrier_code} {each.service_code}: {'; '.join(each.error_messages)}" for each in found.invalid_rates
    ]
    for each in found.rates:
        try:
            price = price_of(each)
        except InvalidAmount as problem:
            messages.append(f"{each.carrier_code} {each.service_code} left out: {problem}")
            continue
        promised = stamp(each.estimated_delivery_date) if each.estimated_delivery_date else None
        rates.append(Rate(each.rate_id, each.carrier_code, each.service_code, price, each.delivery_days, promised))
    quote = Quote(
        partner, command.package_id, answer.shipment_id, tuple(rates), tuple(messages), command.consignment.reference
    )
    return Fact(RatesQuoted(quote), stamp(found.created_at) if found.created_at else now, subject=subject)


def price_of(rate: wire.Rate) -> Money:
    """All there is to pay. Raises `InvalidAmount` where the amounts have several currencies."""
    more = (rate.insurance_amount, rate.confirmation_amount, rate.other_amount, rate.tax_amount)
    amounts = [rate.shipping_amount, *(each for each in more if each is not None and each.amount)]
    currencies = {each.currency.upper() for each in amounts}
    if len(currencies) != 1:
        raise InvalidAmount(f"a rate in several currencies: {', '.join(sorted(currencies))}")
    return money(str(sum((each.amount for each in amounts), Decimal(0))), currencies.pop())


def booked(command: BuyLabel, label: wire.Label, partner: str, subject: str) -> Fact:
    """The booking a label is, and the references it makes true. Raises `ValueError` where it is no finished label."""
    code = label.tracking_number
    if not code or label.status not in {"completed", "voided"}:
        raise ValueError(f"label {label.label_id} is '{label.status}', tracking number '{code}'")
    booking = Booking(
        partner=partner,
        package_id=command.package_id,
        shipment_id=label.label_id,
        tracking_number=code,
        carrier=label.carrier_code or command.carrier,
        service=label.service_code or command.service,
        cost=_cost(label),
        label_url=file_of(label),
        label_media_type=MEDIA_TYPES.get(label.label_format, ""),
        booking_reference=label.label_id,
    )
    binds = (Reference(ReferenceKind.TRACKING, code), Reference(ReferenceKind.BOOKING, label.label_id, partner))
    return Fact(ShipmentBooked(booking), stamp(label.created_at), subject=subject, binds=binds)


def _cost(label: wire.Label) -> Money | None:
    amounts = [each for each in (label.shipment_cost, label.insurance_cost) if each is not None and each.amount]
    if len({each.currency for each in amounts}) != 1:
        return None
    try:
        return money(str(sum((each.amount for each in amounts), Decimal(0))), amounts[0].currency.upper())
    except InvalidAmount:
        return None


def file_of(label: wire.Label) -> str:
    """Where the label's file is, in its own format."""
    files = label.label_download
    if files is None:
        return ""
    own = {"pdf": files.pdf, "png": files.png, "zpl": files.zpl}.get(label.label_format)
    return own or files.href or ""


def voided(command: VoidLabel, partner: str, subject: str, at: Stamp) -> Fact:
    """The void of a label at ``at``."""
    body = ShipmentVoided(partner, command.package_id, command.shipment_id, command.tracking_number)
    return Fact(body, at, subject=subject)
