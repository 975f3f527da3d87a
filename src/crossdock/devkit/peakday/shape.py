"""When things happen on a peak day: the profile of `crossdock bench`, drawn out into moments."""

import random
from collections.abc import Sequence

from crossdock.devkit.capacity.profile import HOURS, Profile

HOUR = 3600.0
_MINUTE = 60.0


def busiest(profile: Profile, hours: int) -> int:
    """The hour of the profile with which the busiest run of so many hours begins.

    >>> from crossdock.devkit.capacity.profile import bundled
    >>> busiest(bundled("peak-day"), 3), busiest(bundled("peak-day"), 24)
    (19, 0)
    """
    return max(range(HOURS - hours + 1), key=lambda first: (sum(profile.orders[first : first + hours]), -first))


def moments(by_hour: Sequence[float], count: int, busiest_minute: float, draw: random.Random) -> list[float]:
    """``count`` seconds from the beginning of the first hour on, as the hours' weights deal them out; one minute of
    every hour brings ``busiest_minute`` times its mean. Every hour with a weight may stay empty.
    """
    rush = {hour: draw.uniform(0, HOUR - _MINUTE) for hour in range(len(by_hour))}
    extra = (busiest_minute - 1) * _MINUTE / HOUR
    found = []
    for hour in draw.choices(range(len(by_hour)), weights=by_hour, k=count):
        within = rush[hour] + draw.uniform(0, _MINUTE) if draw.random() < extra else draw.uniform(0, HOUR)
        found.append(hour * HOUR + within)
    return sorted(found)


def next_scans(by_hour: Sequence[float], count: int, after: float, draw: random.Random) -> list[float]:
    """``count`` seconds later than ``after``, as the weights of the hours deal them out; what finds no hour left comes
    soon, within a twelfth of all hours.
    """
    left = [weight * max(0.0, min(1.0, hour + 1 - after / HOUR)) for hour, weight in enumerate(by_hour)]
    if sum(left) <= 0:
        return sorted(after + draw.uniform(_MINUTE, len(by_hour) * HOUR / 12) for _ in range(count))
    hours = draw.choices(range(len(by_hour)), weights=left, k=count)
    return sorted(draw.uniform(max(after, hour * HOUR), (hour + 1) * HOUR) + _MINUTE for hour in hours)
