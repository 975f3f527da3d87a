"""What is outstanding in an order's state: who owes what. Silence is one of these for too long.

Each rule is a pure reading of the folded state, so that it is met by a fact in whatever order the facts arrive, and by
nothing else. How long each may take is configuration (`Patience`).
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.journey import Standing
from crossdock.model.milestones import MILESTONES
from crossdock.model.shipment import Booking

Parcel = tuple[str, Booking, Standing]
"""A tracking number, the live booking it is of, and where the parcel stands."""


class Reading:
    """A folded state as the rules read it; what many of them ask is found once."""

    def __init__(self, state: FulfilmentState) -> None:
        self.state = state

    @cached_property
    def parcels(self) -> list[Parcel]:
        """All parcels that are booked."""
        live, journeys = self.state.live_bookings().values(), self.state.journeys
        numbers = ((booking.tracking_number, booking) for booking in live)
        return [
            (each, booking, journeys[each].standing if each in journeys else Standing()) for each, booking in numbers
        ]

    @cached_property
    def travelling(self) -> list[Parcel]:
        """Those whose journey has not ended."""
        return [each for each in self.parcels if not MILESTONES[each[2].milestone].terminal]


class Outstanding(Struct, frozen=True):
    """``who`` owes this. ``since`` (epoch microseconds) is when it began to be owed, 0: when it is first seen; ``due``
    is when it was promised, where somebody promised it.
    """

    who: str
    since: int = 0
    due: int = 0


class Rule(Struct, frozen=True):
    """One kind of thing expected. ``what`` is what people read, with ``{key}`` for the number or package concerned;
    ``raises`` the exception where it does not come; ``hours`` how long it may take unless configuration says otherwise;
    ``find`` gives what is outstanding, by key.
    """

    kind: str
    what: str
    raises: str
    hours: float
    find: Callable[[Reading], Iterator[tuple[str, Outstanding]]]


def hours_of(rules: tuple[Rule, ...], given: Mapping[str, float]) -> dict[str, float]:
    """How long each kind may take, as configured or as it is by itself."""
    return {each.kind: given.get(each.kind, each.hours) for each in rules}
