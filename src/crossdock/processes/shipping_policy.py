"""What configuration decides about shipping: whom to ask, what to declare, what to write back."""

from collections.abc import Mapping

from msgspec import Struct, field

from crossdock.model.customs import Terms
from crossdock.model.item import Item
from crossdock.model.milestones import NOTEWORTHY
from crossdock.processes.selection import Preference


class OrderToShipPolicy(Struct, frozen=True):
    """``milestones`` are those written into the system of record; the rest stays in Crossdock's own history.
    ``quote_seconds`` is how long to wait for carriers before choosing among those there are. ``customs`` are the terms
    of every declaration and ``goods`` (by SKU) what the system of record does not say of an item.
    """

    carriers: tuple[str, ...]
    milestones: frozenset[str] = frozenset(NOTEWORTHY)
    label_format: str = "PDF"
    quote_seconds: float = 120.0
    prefer: Preference = "cheapest"
    max_delivery_days: int | None = None
    customs: Terms = Terms()
    goods: Mapping[str, Item] = field(default_factory=dict)
