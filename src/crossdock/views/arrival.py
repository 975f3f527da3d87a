"""When a parcel should come, and how sure that is: the carrier's estimate, else what was promised; never our guess.

Confidence is a rule and not a probability: it says what the estimate stands on, so that the page can say it too.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.party import Address
from crossdock.model.promised import promise_of
from crossdock.model.tracking import TrackingEvent
from crossdock.tracking.zones import zone_of
from crossdock.views.local_times import LocalTime, at_clock, local_time

Confidence = Literal["high", "medium", "low"]
Ground = Literal["on_vehicle", "carrier", "promise", "disturbed", "silent"]
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
_SILENCE = 2 * _DAY
_ON_ITS_WAY = frozenset(
    {"preparing", "handed_over", "on_the_way", "customs", "near", "out_for_delivery", "attempted", "partly_delivered"}
)


class Arrival(Struct, frozen=True):
    """``since`` and ``until`` bound the window (one day: both are days without a clock); ``late`` says that it is after
    what was promised, ``promised`` is that day ("": nothing was). ``ground`` is why the confidence is what it is.
    """

    since: LocalTime
    until: LocalTime
    confidence: Confidence
    ground: Ground
    late: bool
    promised: str


def arrival_of(state: FulfilmentState, status: str, scans: Sequence[TrackingEvent], now: int) -> Arrival | None:
    """The window of a parcel that is still to come; None where nobody said anything, or it is over."""
    if status not in _ON_ITS_WAY or state.order is None:
        return None
    place = state.order.ship_to.address
    promise, estimate = promise_of(state), _latest(scans)
    expected = estimate or promise
    if expected is None or _over(expected, now):
        return None
    since, until = _window(expected, status, place)
    confidence, ground = _sure(scans, status, now)
    day = promise.at[:10] if promise else ""
    return Arrival(since, until, confidence, ground, bool(day) and until.day > day, day)


def _latest(scans: Sequence[TrackingEvent]) -> Stamp | None:
    """What the carrier expects, by its last word on it."""
    told = [each for each in scans if each.eta is not None]
    return max(told, key=lambda each: epoch_us(each.occurred)).eta if told else None


def _over(expected: Stamp, now: int) -> bool:
    """An estimate that is more than a day past says nothing any more."""
    return epoch_us(expected) + (_DAY if expected.precision == "day" else 0) < now - _DAY


def _window(expected: Stamp, status: str, place: Address) -> tuple[LocalTime, LocalTime]:
    """An hour either way on the day of delivery; before that a day, for no carrier keeps hours that far ahead."""
    zone = expected.zone or zone_of(place)
    told = local_time(expected, zone)
    if expected.precision == "day" or not expected.tz_known or status != "out_for_delivery":
        day = LocalTime(told.day, "", "", told.day)
        return day, day
    instant = epoch_us(expected)
    return at_clock(instant - _HOUR, zone), at_clock(instant + _HOUR, zone)


def _sure(scans: Sequence[TrackingEvent], status: str, now: int) -> tuple[Confidence, Ground]:
    last = max(scans, key=lambda each: epoch_us(each.occurred), default=None)
    if last is not None and (last.milestone in {"delayed", "held", "delivery_attempted", "exception"}):
        return "low", "disturbed"
    if status == "out_for_delivery":
        return "high", "on_vehicle"
    if last is not None and now - epoch_us(last.occurred) > _SILENCE:
        return "low", "silent"
    if any(each.eta for each in scans):
        return "medium", "carrier"
    return "low", "promise"
