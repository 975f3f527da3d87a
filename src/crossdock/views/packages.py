"""The packages of an order as people see them: number, carrier, where it stands, label and proof."""

from msgspec import Struct

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.journey import Standing
from crossdock.model.money import Money
from crossdock.model.order import Package
from crossdock.model.shipment import Document
from crossdock.model.tracking import ProofOfDelivery


class PackageLine(Struct, frozen=True, omit_defaults=True):
    """One package: what is known of its booking, its journey and its documents."""

    id: str
    name: str
    weight: str = ""
    carrier: str = ""
    service: str = ""
    tracking_number: str = ""
    shipment_id: str = ""
    cost: Money | None = None
    standing: Standing = Standing()
    scans: int = 0
    label: Document | None = None
    proof: ProofOfDelivery | None = None
    papers: tuple[Document, ...] = ()


def packages_of(state: FulfilmentState) -> tuple[PackageLine, ...]:
    """The order's packages in its order, then those only the carrier knows of."""
    known = {package.id: package for package in state.parcels}
    live = state.live_bookings()
    ids = [*known, *sorted(set(live) - set(known))]
    lines = [_line(package_id, known.get(package_id), state) for package_id in ids]
    booked = {line.tracking_number for line in lines}
    strays = sorted(set(state.journeys) - booked)
    return (*lines, *(_stray(number, state) for number in strays))


def _line(package_id: str, package: Package | None, state: FulfilmentState) -> PackageLine:
    booking = state.live_bookings().get(package_id)
    number = booking.tracking_number if booking else ""
    journey = state.journeys.get(number)
    return PackageLine(
        id=package_id,
        name=(package.name if package else "") or package_id,
        weight=f"{package.weight.value} {package.weight.unit}" if package else "",
        carrier=booking.carrier if booking else "",
        service=booking.service if booking else "",
        tracking_number=number,
        shipment_id=booking.shipment_id if booking else "",
        cost=booking.cost if booking else None,
        standing=journey.standing if journey else Standing(),
        scans=len(journey.entries) if journey else 0,
        label=state.labels.get(number),
        proof=state.proofs.get(number),
        papers=_papers(number, state),
    )


def _papers(number: str, state: FulfilmentState) -> tuple[Document, ...]:
    """What goes with the package besides its label."""
    return tuple(state.papers[place] for place in sorted(state.papers) if number and place.startswith(f"{number} "))


def _stray(number: str, state: FulfilmentState) -> PackageLine:
    """A tracking number the carrier reports on whose booking is voided, or not read yet."""
    journey = state.journeys[number]
    return PackageLine(
        id=number,
        name="not among the live bookings",
        tracking_number=number,
        standing=journey.standing,
        scans=len(journey.entries),
        label=state.labels.get(number),
        proof=state.proofs.get(number),
        papers=_papers(number, state),
    )
