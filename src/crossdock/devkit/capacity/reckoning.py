"""From what was measured to what a day needs: pure arithmetic, nothing is measured here.

Orders and carriers' messages share one machine, so their needs add up: a machine that could carry 2 orders a second, or
1,000 messages, is half busy with 1 order a second, and full when 500 messages come beside it.
"""

from typing import Literal

from msgspec import Struct

from crossdock.devkit.capacity.profile import HOURS, Profile

Kind = Literal["orders", "scans"]
_BUSY = 0.85
"""Share of one core from which a process counts as the limit: with less it waits for something else."""
_WAITS = 0.3
"""Share of a partner's call slots in use, on average, from which waiting for the partner counts as the limit."""


class Measured(Struct, frozen=True):
    """One kind of work driven as hard as it went: ``count`` done in ``seconds``, the serving process's processor
    ``seconds`` in it, and per partner the ``calls`` made, seconds they took together, and how many may be under way.
    """

    kind: Kind
    count: int
    seconds: float
    processor_seconds: float
    partners: tuple["Calls", ...] = ()

    @property
    def per_second(self) -> float:
        """What was sustained."""
        return self.count / self.seconds


class Calls(Struct, frozen=True):
    """What was asked of one partner: calls answered, seconds spent in them, and the most at the same time."""

    partner: str
    calls: int
    seconds: float
    slots: int


class Hour(Struct, frozen=True):
    """One hour of the day: needs in its busiest minute per second, and the share of the machine they take (1 = all)."""

    hour: int
    orders: float
    scans: float
    load: float


class Verdict(Struct, frozen=True):
    """The answer: ``sustained`` messages and orders a second in the mix of the busiest hour, ``headroom`` as a multiple
    of its busiest minute, and what gives way first.
    """

    hours: tuple[Hour, ...]
    busiest_hour: int
    sustained_scans: float
    sustained_orders: float
    headroom: float
    bottleneck: str
    advice: str


def reckon(profile: Profile, orders: Measured, scans: Measured) -> Verdict:
    """Compare a day with what was measured."""
    hours = tuple(_hour(profile, number, orders, scans) for number in range(HOURS))
    worst = max(hours, key=lambda hour: hour.load)
    headroom = 1 / worst.load if worst.load else float("inf")
    dearer = orders if worst.orders / orders.per_second > worst.scans / scans.per_second else scans
    limit, advice = bottleneck(dearer)
    return Verdict(
        hours=hours,
        busiest_hour=worst.hour,
        sustained_scans=worst.scans * headroom if worst.load else 0.0,
        sustained_orders=worst.orders * headroom if worst.load else 0.0,
        headroom=headroom,
        bottleneck=limit,
        advice=advice,
    )


def _hour(profile: Profile, number: int, orders: Measured, scans: Measured) -> Hour:
    wanted_orders = profile.orders[number] / 3600 * profile.busiest_minute
    # What comes twice, of unknown packages or unreadable is driven in the same shares, so it is in the figure already.
    wanted_scans = profile.scans[number] / 3600 * profile.busiest_minute
    load = wanted_orders / orders.per_second + wanted_scans / scans.per_second
    return Hour(number, wanted_orders, wanted_scans, load)


def bottleneck(measured: Measured) -> tuple[str, str]:
    """What gave way first when ``measured`` was driven, and what to do about it."""
    cores = measured.processor_seconds / measured.seconds
    waits = [each for each in measured.partners if each.seconds / measured.seconds / each.slots >= _WAITS]
    if cores >= _BUSY:
        text = f"{measured.kind}: the serving process uses {cores:.2f} of one core"
        return text, "Give it a faster core, or run further worker processes on PostgreSQL."
    if waits:
        worst = max(waits, key=lambda each: each.seconds / each.slots)
        under_way = worst.seconds / measured.seconds
        text = (
            f"{measured.kind}: {worst.partner} answers in {worst.seconds / worst.calls * 1000:.0f} ms, "
            f"{under_way:.1f} of {worst.slots} calls under way all the time"
        )
        return text, f"Raise throttle.concurrency of {worst.partner}, if the partner allows more calls at once."
    text = f"{measured.kind}: most likely commits of the store ({cores:.2f} of one core used, partners mostly idle)"
    return text, "Put the store on a disk with a faster fsync."
