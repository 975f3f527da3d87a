"""Where a parcel has been and where it goes, as stops of a map and in words."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, structs

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.party import Address
from crossdock.model.tracking import TrackingEvent
from crossdock.views.drawing import Drawing, Stop, draw
from crossdock.views.geography import spot_at
from crossdock.views.shortening import shortened

LABEL = 22
"""Characters of a place's name beside its mark."""

_ENDED = frozenset({"delivered", "returned", "lost", "destroyed", "cancelled"})


class OrderMap(Struct, frozen=True):
    """The way of one package: its tracking number ("" before it has one), the scans that say where, the goal in words,
    and the picture. ``others`` is how many further packages were scanned.
    """

    number: str
    scans: tuple[TrackingEvent, ...]
    origin: str
    goal: str
    drawing: Drawing
    others: int = 0


def journey_of(places: Sequence[Address], goal: Address | None) -> tuple[list[Stop], list[str]]:
    """The stops of a journey, the oldest first, and its places in words. ``goal`` is where it still goes to; it is left
    out where it is reached, and where only its country is known and the parcel is there.
    """
    stops: list[Stop] = []
    names: list[str] = []
    for place in places:
        name = shortened(named(place), LABEL * 3)
        spot = spot_at(place)
        if spot is None or not name:
            continue
        if not names or names[-1] != name:
            names.append(name)
        if not stops or stops[-1].spot != spot:
            stops.append(
                Stop(shortened(place.country if spot.rough else place.city or place.country, LABEL), spot, "past")
            )
    if stops:
        stops[-1] = structs.replace(stops[-1], kind="here")
    end = spot_at(goal) if goal is not None else None
    if goal is None or end is None or not stops or end == stops[-1].spot:
        return stops, names
    if not (end.rough and places[-1].country == goal.country):
        stops.append(Stop(shortened(goal.country if end.rough else goal.city or goal.country, LABEL), end, "goal"))
    return stops, names


def worth_drawing(stops: Sequence[Stop]) -> bool:
    """One point alone is no journey, unless it is known exactly."""
    return len(stops) > 1 or any(not each.spot.rough for each in stops)


def order_map(
    state: FulfilmentState, scans: Sequence[TrackingEvent], outlines: Path | None, far: Path | None = None
) -> OrderMap | None:
    """The way of the package that was scanned last; None where nobody says a place that is known. ``outlines`` and
    ``far`` are the countries of `draw`.
    """
    numbers = list(dict.fromkeys(each.tracking_number for each in reversed(scans) if named(each.place)))
    number = numbers[0] if numbers else ""
    told = tuple(each for each in scans if each.tracking_number == number and named(each.place))
    origin, goal = _ends(state, number)
    ended = _milestone(state, number) in _ENDED
    stops, _ = journey_of(
        [*([origin] if named(origin) else []), *(each.place for each in told)], None if ended else goal
    )
    if not told:
        stops = [structs.replace(each, kind="past") if each.kind == "here" else each for each in stops]
    drawing = draw(stops, outlines, far) if worth_drawing(stops) else None
    if drawing is None:
        return None
    return OrderMap(number, told, named(origin), "" if ended else named(goal), drawing, max(len(numbers) - 1, 0))


def _ends(state: FulfilmentState, number: str) -> tuple[Address, Address]:
    """Where a package comes from and goes to: the other way round for one that is sent back."""
    if state.order is None:
        return Address(), Address()
    ends = state.order.ship_from.address, state.order.ship_to.address
    back = any(
        each.tracking_number == number and each.package_id.endswith(":return") for each in state.bookings.values()
    )
    return ends[::-1] if back and number else ends


def _milestone(state: FulfilmentState, number: str) -> str:
    journey = state.journeys.get(number)
    return journey.standing.milestone if journey is not None else ""


def named(place: Address) -> str:
    """City and country, as far as they are known."""
    return ", ".join(part for part in (place.city, place.country) if part)
