"""What carriers owe of an order's parcels, in the order of a parcel's road."""

from collections.abc import Callable, Iterator

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.instants import epoch_us
from crossdock.model.journey import Journey
from crossdock.model.shipment import Booking
from crossdock.processes.outstanding import Outstanding, Reading, Rule


def _first_scans(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
    for number, booking, standing in reading.travelling:
        if number in reading.state.labels and not standing.since:
            yield number, Outstanding(_carrier(booking))


def _collections(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
    for number, booking, standing in reading.travelling:
        if number in reading.state.labels and not standing.moved:
            yield number, Outstanding(_carrier(booking))


def _deliveries(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
    """By the date the order was promised for."""
    promised = epoch_us(reading.state.order.deliver_by) if reading.state.order and reading.state.order.deliver_by else 0
    for number, booking, standing in reading.travelling:
        if promised and standing.leg == "forward":
            yield number, Outstanding(_carrier(booking), standing.since, promised)


def _proofs(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
    for number, booking, standing in reading.parcels:
        if standing.milestone == "delivered" and number not in reading.state.proofs:
            yield number, Outstanding(_carrier(booking), standing.since)


def _at(*milestones: str) -> Callable[[Reading], Iterator[tuple[str, Outstanding]]]:
    """A parcel that stands at one of these is expected to go on. While it is held, or after a failed attempt, something
    else is expected of it.
    """

    def find(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
        for number, booking, standing in reading.travelling:
            if standing.milestone in milestones and not standing.held and not _was_tried(reading.state, number):
                yield number, Outstanding(_carrier(booking), standing.since)

    return find


def _held(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
    for number, booking, standing in reading.travelling:
        if standing.held:
            yield number, Outstanding(_carrier(booking), _last(reading.state.journeys[number], "held"))


def _attempts(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
    """After a failed attempt: another, a collection point, or the way back."""
    for number, booking, standing in reading.travelling:
        if _was_tried(reading.state, number):
            yield (
                number,
                Outstanding(_carrier(booking), max(reading.state.journeys[number].entries[-1].instant, standing.since)),
            )


def _was_tried(state: FulfilmentState, number: str) -> bool:
    journey = state.journeys.get(number)
    return journey is not None and journey.entries[-1].milestone == "delivery_attempted"


def _pickup_attempts(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
    for number, booking, standing in reading.travelling:
        missed = _last(reading.state.journeys[number], "pickup_attempted") if number in reading.state.journeys else 0
        if missed and not standing.moved:
            yield number, Outstanding(_carrier(booking), missed)


CARRIERS_OWE: tuple[Rule, ...] = (
    Rule("first_scan", "the first scan of {key}", "scan.missing", 24.0, _first_scans),
    Rule("collection", "collecting {key}", "collection.overdue", 48.0, _collections),
    Rule("new_collection", "coming again for {key}", "collection.missed", 24.0, _pickup_attempts),
    Rule("departure", "sending {key} on from where it was taken in", "departure.overdue", 48.0,
         _at("picked_up", "received_at_origin", "dropped_off")),
    Rule("arrival", "bringing {key} to its destination's depot", "transit.overdue", 120.0,
         _at("departed_origin", "in_transit", "arrived_at_facility", "departed_facility", "loaded", "unloaded",
             "handed_to_partner", "departed_origin_country", "arrived_destination_country", "customs_cleared")),
    Rule("clearance", "clearing {key} through customs", "clearance.overdue", 72.0, _at("customs_processing")),
    Rule("last_mile", "taking {key} out for delivery", "last_mile.overdue", 48.0,
         _at("arrived_at_destination_facility")),
    Rule("handover", "delivering {key}, which is out for delivery", "handover.overdue", 24.0, _at("out_for_delivery")),
    Rule("attempt", "what follows the failed attempt to deliver {key}", "attempt.unfollowed", 48.0, _attempts),
    Rule("pick_up_by_consignee", "the consignee's fetching {key}", "parcel.unclaimed", 168.0,
         _at("available_for_pickup")),
    Rule("rest", "the rest of the partial delivery of {key}", "delivery.incomplete", 72.0, _at("partially_delivered")),
    Rule("release", "letting {key} go on, which is held", "hold.overdue", 72.0, _held),
    Rule("return", "bringing {key} back", "return.overdue", 336.0, _at("return_initiated", "return_in_transit")),
    Rule("delivery", "delivering {key} as promised", "delivery.overdue", 0.0, _deliveries),
    Rule("proof", "the proof of delivery of {key}", "proof.missing", 24.0, _proofs),
)  # fmt: skip


def _carrier(booking: Booking) -> str:
    return booking.carrier or booking.partner


def _last(journey: Journey, milestone: str) -> int:
    return max((each.instant for each in journey.entries if each.milestone == milestone), default=0)
