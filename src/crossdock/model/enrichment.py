"""What a delivery needs to be planned and is not all in the order: window, service level, time at the door, location,
preferences. Pure; each field names its source, so that nobody has to guess where a constraint comes from.

The order's own word counts first, then what is known of the customer by reference, then of the postcode, then the
defaults of the configuration.
"""

from collections.abc import Iterator

from msgspec import Struct

from crossdock.model.channel_orders import ChannelOrder
from crossdock.model.order import DeliveryOrder
from crossdock.model.party import Party
from crossdock.model.postcodes import matches

FIELDS = (
    "window_from", "window_until", "service_level", "service_minutes", "tail_lift", "leave_with_neighbour", "latitude",
    "longitude", "customer_group", "instructions",
)  # fmt: skip
"""Everything that can be known: local times (HH:MM), whole minutes, yes or no, degrees (WGS 84), words."""


class Wishes(Struct, frozen=True, omit_defaults=True):
    """What is known, as far as it is: None and "" are unknown."""

    window_from: str = ""
    window_until: str = ""
    service_level: str = ""
    service_minutes: int | None = None
    tail_lift: bool | None = None
    leave_with_neighbour: bool | None = None
    latitude: float | None = None
    longitude: float | None = None
    customer_group: str = ""
    instructions: str = ""


class Preference(Struct, frozen=True, omit_defaults=True):
    """What is known of one customer (``reference``: its owner's number, GLN or e-mail) or of a place (postcodes of a
    country). ``source`` is where that is written, in words.
    """

    wishes: Wishes
    source: str
    reference: str = ""
    country: str = ""
    postcodes: tuple[str, ...] = ()


class Knowledge(Struct, frozen=True):
    """Preferences in the order they are asked (of customers before those of places), and defaults."""

    preferences: tuple[Preference, ...] = ()
    defaults: Wishes = Wishes()


class Sourced(Struct, frozen=True):
    """One field with its value and who says so: ``order``, a preference's source, or ``defaults``."""

    name: str
    value: str | int | float | bool
    source: str


class Enriched(Struct, frozen=True):
    """Everything known of a delivery, in the order of `FIELDS`."""

    fields: tuple[Sourced, ...] = ()

    def value(self, name: str) -> str | int | float | bool | None:
        """One field; None where nobody says it."""
        return next((each.value for each in self.fields if each.name == name), None)

    def text(self, name: str) -> str:
        """One field as a text; "" where nobody says it."""
        found = self.value(name)
        return "" if found is None else str(found)


def enrich(order: DeliveryOrder | ChannelOrder, knowledge: Knowledge) -> Enriched:
    """Everything known of where and how ``order`` is delivered, each field by the first who says it."""
    to = order.receiver if isinstance(order, ChannelOrder) else order.ship_to
    customer = order.customer if isinstance(order, ChannelOrder) else to
    says = [("order", _said(order, to)), *_preferred((customer, to), knowledge), ("defaults", knowledge.defaults)]
    found = []
    for name in FIELDS:
        told = next(
            ((value, source) for source, wishes in says if (value := getattr(wishes, name)) not in {None, ""}), None
        )
        if told is not None:
            found.append(Sourced(name, *told))
    return Enriched(tuple(found))


def _said(order: DeliveryOrder | ChannelOrder, to: Party) -> Wishes:
    group = order.customer_group if isinstance(order, ChannelOrder) else ""
    return Wishes(
        service_level=order.service_level, latitude=to.address.latitude, longitude=to.address.longitude,
        customer_group=group, instructions=order.note,
    )  # fmt: skip


def _preferred(parties: tuple[Party, ...], knowledge: Knowledge) -> Iterator[tuple[str, Wishes]]:
    names = {name for party in parties for name in (party.reference, party.gln, party.email.casefold()) if name}
    for each in knowledge.preferences:
        if each.reference and (each.reference in names or each.reference.casefold() in names):
            yield each.source, each.wishes
    place = parties[-1].address
    for each in knowledge.preferences:
        here = not each.country or each.country == place.country
        if not each.reference and here and any(matches(one, place.postcode) for one in each.postcodes):
            yield each.source, each.wishes
