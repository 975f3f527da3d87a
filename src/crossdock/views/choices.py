"""Why a carrier was chosen: every offer of every decision, with what became of it."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from crossdock.model.deciding import BookingDiverted, CarrierSelected, OnTime, Rejection
from crossdock.model.events import Event
from crossdock.model.shipment import Rate


class OfferLine(Struct, frozen=True, omit_defaults=True):
    """One offer: ``taken``, or ``constraint`` and ``why`` it was left out; neither where another was better.
    ``on_time`` is the share of past deliveries in time, where there is a record.
    """

    partner: str
    carrier: str
    service: str
    price: str
    promise: str = ""
    on_time: float | None = None
    taken: bool = False
    constraint: str = ""
    why: str = ""


class ChoiceLine(Struct, frozen=True):
    """One decision for one package."""

    package_id: str
    decided_at: int
    partner: str
    carrier: str
    service: str
    rule: str
    offers: tuple[OfferLine, ...]
    event_key: str


class Diversion(Struct, frozen=True):
    """What was decided about a booking that its carrier did not take."""

    package_id: str
    decided_at: int
    partner: str
    action: str
    reason: str
    to_partner: str


def choices_of(events: Iterable[Event]) -> tuple[ChoiceLine, ...]:
    """The decisions in ``events``, oldest first; pure."""
    return tuple(_choice(event, event.body) for event in events if isinstance(event.body, CarrierSelected))


def diversions_of(events: Iterable[Event]) -> tuple[Diversion, ...]:
    """What was decided in outages, oldest first; pure."""
    return tuple(
        Diversion(body.package_id, event.recorded_at, body.partner, body.action, body.reason, body.to_partner)
        for event in events
        if isinstance(body := event.body, BookingDiverted)
    )


def _choice(event: Event, body: CarrierSelected) -> ChoiceLine:
    left_out = {(each.partner, each.carrier, each.service): each for each in body.rejected}
    record = {(each.partner, each.carrier, each.service): each for each in body.record}
    offers = [
        _offer(body, quote.partner, rate, left_out, record)
        for quote in body.quotes
        for rate in sorted(quote.rates, key=lambda each: (each.price.amount, each.id))
    ]
    offers.sort(key=lambda each: (not each.taken, bool(each.constraint)))
    return ChoiceLine(
        body.package_id,
        event.recorded_at,
        body.partner,
        body.carrier,
        body.service,
        body.rule,
        tuple(offers),
        event.key,
    )


def _offer(
    body: CarrierSelected,
    partner: str,
    rate: Rate,
    left_out: dict[tuple[str, str, str], Rejection],
    record: dict[tuple[str, str, str], OnTime],
) -> OfferLine:
    key = (partner, rate.carrier, rate.service)
    broken, known = left_out.get(key), record.get(key)
    return OfferLine(
        partner,
        rate.carrier,
        rate.service,
        str(rate.price),
        promise_of(rate),
        round(known.on_time / known.delivered, 3) if known and known.delivered else None,
        taken=rate.id == body.rate_id and partner == body.partner,
        constraint=broken.constraint if broken else "",
        why=broken.text if broken else "",
    )


def promise_of(rate: Rate) -> str:
    """What an offer promises, in words; nothing where it promises nothing."""
    words: Sequence[str] = (
        f"by {rate.deliver_by.at}" if rate.deliver_by else "",
        f"{rate.delivery_days} days" if rate.delivery_days is not None else "",
    )
    return ", ".join(word for word in words if word)
