"""What configuration decides about shipping: whom to ask, what to declare, what to write back."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Literal

from msgspec import Struct, field

from crossdock.model.customs import Terms
from crossdock.model.item import Item
from crossdock.model.milestones import NOTEWORTHY
from crossdock.model.order import DeliveryOrder
from crossdock.model.units import Measure
from crossdock.processes.selection import Wishes


class Outage(Struct, frozen=True):
    """What is done about a booking that its carrier has not taken after so many seconds: it waits (``hold``), goes to
    the next carrier (``reroute``), or somebody decides (``person``).
    """

    after_seconds: float
    do: Literal["hold", "reroute", "person"]


class Fallback(Struct, frozen=True):
    """What is done when one carrier is down, over what its orders' level says (``do`` "" leaves it to the level):
    ``carriers`` are those to go to, the first that offers; ``words`` and ``contacts`` are for people.
    """

    do: Literal["", "hold", "reroute", "person"] = ""
    carriers: tuple[str, ...] = ()
    words: str = ""
    contacts: tuple[str, ...] = ()


OUTAGES: Mapping[str, Outage] = {
    "express": Outage(120, "reroute"),
    "standard": Outage(900, "reroute"),
    "economy": Outage(3600, "hold"),
    "dangerous_goods": Outage(900, "person"),
}
"""By service level; dangerous goods are a level of their own, whatever the order says."""

QUOTE_SECONDS: Mapping[str, float] = {"express": 15.0}
"""How long a level waits for carriers' rates where it does not wait as long as all others."""


class OrderToShipPolicy(Struct, frozen=True):
    """``milestones`` are those written into the system of record; the rest stays in Crossdock's own history.
    ``quote_seconds`` is how long to wait for carriers before choosing among those there are, by ``wishes``, and
    ``quote_levels`` how long a service level waits that differs from it. ``levels`` are patterns of the order's own
    service level by ours (express, standard, economy). ``customs`` are the terms of every declaration, ``goods`` (by
    SKU) what the system of record does not say of an item, ``parcel_size`` length, width and height of packages whose
    size nobody told. ``on_clearance`` labels wait for the order's clearance (order_release). ``outages`` is by service
    level, ``fallbacks`` by carrier.
    """

    carriers: tuple[str, ...]
    milestones: frozenset[str] = frozenset(NOTEWORTHY)
    label_format: str = "PDF"
    quote_seconds: float = 120.0
    quote_levels: Mapping[str, float] = field(default_factory=lambda: QUOTE_SECONDS)
    wishes: Wishes = Wishes()
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    customs: Terms = Terms()
    goods: Mapping[str, Item] = field(default_factory=dict)
    outages: Mapping[str, Outage] = field(default_factory=lambda: OUTAGES)
    fallbacks: Mapping[str, Fallback] = field(default_factory=dict)
    parcel_size: tuple[Measure, Measure, Measure] | None = None
    on_clearance: bool = False

    def level_of(self, order: DeliveryOrder) -> str:
        """The service level of an order: express, economy, or standard where no pattern says so."""
        for level, patterns in self.levels.items():
            if any(fnmatchcase(order.service_level.lower(), each.lower()) for each in patterns):
                return level
        return "standard"

    def quote_wait(self, level: str) -> int:
        """How long an order of ``level`` waits for rates, in microseconds."""
        return int(self.quote_levels.get(level, self.quote_seconds) * 1_000_000)
