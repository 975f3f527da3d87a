"""Delivery windows: which slots an area has on a day, how many orders each takes, and which one an order could have.

Pure: whether a slot has room is known by the store alone, where it is taken by a conditional update.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from crossdock.model.instants import Stamp, day_in, stamp_of
from crossdock.model.party import Address
from crossdock.model.postcodes import matches

_LONGEST = 60
"""Days that are looked ahead at most."""


class WindowWish(Struct, frozen=True, omit_defaults=True):
    """When a customer wants a delivery: on a local day (YYYY-MM-DD), in a slot by its name; "" is any."""

    day: str = ""
    slot: str = ""


class Slot(Struct, frozen=True):
    """One slot of one day in one area, with its local times as they are there (RFC 3339 with offset)."""

    area: str
    day: str
    name: str
    opens: str
    closes: str

    @property
    def key(self) -> str:
        """What tells it from every other slot."""
        return f"{self.area}/{self.day}/{self.name}"

    @property
    def promise(self) -> Stamp:
        """When the goods have to be there: as the window opens."""
        return stamp_of(datetime.fromisoformat(self.opens))


class SlotPlan(Struct, frozen=True):
    """A slot as it comes every week: local times (HH:MM) in minutes, on ``weekdays`` (0 is Monday), so many orders."""

    name: str
    opens: int
    closes: int
    capacity: int
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)


class Area(Struct, frozen=True):
    """Where the same vans go: postcodes of countries, with their slots in the zone's local time."""

    name: str
    countries: tuple[str, ...]
    postcodes: tuple[str, ...]
    zone: str
    slots: tuple[SlotPlan, ...]
    closed: tuple[date, ...] = ()

    def holds(self, address: Address) -> bool:
        """Whether the place is in this area."""
        if self.countries and address.country not in self.countries:
            return False
        return not self.postcodes or any(matches(pattern, address.postcode) for pattern in self.postcodes)


class Windows(Struct, frozen=True):
    """All areas (the first that holds a place counts), how many days ahead may be taken, and whether an order that
    wishes nothing gets a slot as well.
    """

    areas: tuple[Area, ...] = ()
    days_ahead: int = 14
    always: bool = False

    def area_of(self, address: Address) -> Area | None:
        """Whose vans go there."""
        return next((area for area in self.areas if area.holds(address)), None)


class Candidate(Struct, frozen=True):
    """A slot an order could have, and how many orders it takes."""

    slot: Slot
    capacity: int


def candidates(windows: Windows, address: Address, wish: WindowWish | None, now: int) -> Sequence[Candidate] | None:
    """Slots that suit, the earliest first; none where nothing suits; None where no slot is asked for or none is needed.
    A slot that has begun is over.
    """
    if wish is None and not windows.always:
        return None
    area = windows.area_of(address)
    if area is None:
        return None if wish is None else ()
    wanted = wish or WindowWish()
    today = day_in(now, area.zone)
    days = [today + timedelta(days=number) for number in range(min(windows.days_ahead, _LONGEST) + 1)]
    found = [
        Candidate(_slot(area, plan, day), plan.capacity)
        for day in days
        if wanted.day in {"", day.isoformat()} and day not in area.closed
        for plan in sorted(area.slots, key=lambda each: (each.opens, each.name))
        if wanted.slot in {"", plan.name} and day.weekday() in plan.weekdays
    ]
    return tuple(each for each in found if datetime.fromisoformat(each.slot.opens).timestamp() * 1_000_000 > now)


def _slot(area: Area, plan: SlotPlan, day: date) -> Slot:
    return Slot(area.name, day.isoformat(), plan.name, _local(day, plan.opens, area), _local(day, plan.closes, area))


def _local(day: date, minutes: int, area: Area) -> str:
    whole, rest = divmod(minutes, 1440)
    at = time(rest // 60, rest % 60)
    return datetime.combine(day + timedelta(days=whole), at, ZoneInfo(area.zone)).isoformat()
