"""What carriers say of a parcel, road by road, each scan with the expectation it fulfils."""

import random
from collections.abc import Iterator

from crossdock.devkit.silence import goods
from crossdock.devkit.silence.words import HOUR, Act
from crossdock.model import events as ev
from crossdock.model.instants import from_epoch_us
from crossdock.model.tracking import ProofOfDelivery

_TAKEN = (("info_received", 3, "first_scan"), ("picked_up", 12, "collection"), ("departed_origin", 20, "departure"))
_NEAR = (("arrived_at_destination_facility", 30, "arrival"), ("out_for_delivery", 14, "last_mile"))
_DELIVERED = (("delivered", 8, "handover"),)
ROADS: dict[str, tuple[tuple[str, float, str], ...]] = {
    "plain": (*_TAKEN, *_NEAR, *_DELIVERED),
    "missed": (
        _TAKEN[0], ("pickup_attempted", 6, ""), ("picked_up", 10, "new_collection"), _TAKEN[2], *_NEAR, *_DELIVERED,
    ),
    "abroad": (
        *_TAKEN, ("customs_processing", 20, "arrival"), ("customs_cleared", 20, "clearance"), *_NEAR, *_DELIVERED,
    ),
    "tried": (*_TAKEN, *_NEAR, ("delivery_attempted", 6, ""), ("out_for_delivery", 20, "attempt"), *_DELIVERED),
    "shop": (*_TAKEN, *_NEAR, ("available_for_pickup", 8, "handover"), ("delivered", 40, "pick_up_by_consignee")),
    "held": (*_TAKEN, ("held", 6, ""), ("resumed", 20, "release"), *_NEAR, *_DELIVERED),
    "parts": (*_TAKEN, *_NEAR, ("partially_delivered", 8, "handover"), ("delivered", 30, "rest")),
    "back": (*_TAKEN, *_NEAR, ("return_initiated", 8, "handover"), ("returned", 96, "return")),
}  # fmt: skip
"""By name: milestone, hours after the one before at most, and the expectation the scan fulfils."""


def travel(subject: str, road: str, start: int, dice: random.Random) -> Iterator[Act]:
    """The scans of a parcel that left at ``start`` (epoch microseconds), and its proof."""
    at = 0
    for milestone, hours, owed in ROADS[road]:
        at += int(dice.uniform(0.4, 1.0) * hours * HOUR)
        yield Act(at, goods.scan(subject, milestone, start + at), owed)
    if ROADS[road][-1][0] == "delivered":
        yield Act(at + int(dice.uniform(0.5, 6) * HOUR), proof(subject, start + at), "proof")


def proof(subject: str, at: int) -> ev.ProofCaptured:
    """A signature."""
    return ev.ProofCaptured(ProofOfDelivery(goods.CARRIER, goods.number_of(subject), from_epoch_us(at), "Ann"))
