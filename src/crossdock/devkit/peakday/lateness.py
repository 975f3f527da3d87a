"""Orders and queues: how long they took, and of each that took too long which noted fault held it up, and whose."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from crossdock.devkit.chaos.noted import (
    AWAY,
    DATABASE,
    JUMP,
    KILLED,
    SLOW_DISK,
    STANDSTILL,
    UNHEARD,
    Fault,
)
from crossdock.devkit.peakday.acting import BAD_ORDER
from crossdock.devkit.peakday.evidence import Evidence, Handled, Tried, struck
from crossdock.devkit.peakday.figures import Book, quantile
from crossdock.devkit.peakday.plan import LEVELS
from crossdock.devkit.peakday.staging import Day
from crossdock.processes.shipping_policy import OrderToShipPolicy

_ORDERS, _QUEUES = "orders", "queues"
RECOVERY = {
    AWAY: 450.0,
    DATABASE: 150.0,
    KILLED: 200.0,
    STANDSTILL: 200.0,
    "restart": 120.0,
    UNHEARD: 150.0,
    SLOW_DISK: 5.0,
    JUMP: 60.0,
    BAD_ORDER: 120.0,
}
"""Seconds the engine may need to be itself again after a fault, by its own settings: the longest pause between two
tries (300, a fifth more by jitter), the breaker's pause (30) and probe; a lease, a claim, a sweep (60 each)."""
_HARMLESS = ("Engine.lease", "Engine.measure", "fire_timers", "Courier.renew", "QuietFeeds")
"""Commits that nobody waits for: one that is not heard is made again."""
_A_TRY = 450.0
_CALM = {"received": 60.0, "undecided": 60.0, "due": 120.0, "queued": 180.0}
"""Seconds that the oldest of a stage may be old while nothing is wrong: pauses between polls and time-outs of calls."""


class Late(Struct, frozen=True):
    """An order that was late: its service level, how long it took and might have taken (seconds), what of that lies in
    noted faults, and the fault that held it up the longest, with whom it struck.
    """

    name: str
    level: str
    took: float
    allowed: float
    covered: float
    fault: str
    whom: str


Span = tuple[float, float]


def promise_of(policy: OrderToShipPolicy, level: str) -> float:
    """Seconds from order to label that a service level is promised: its wait for rates, and the time after which its
    booking is taken elsewhere or waits.
    """
    return policy.quote_wait(level) / 1_000_000 + policy.outages[level].after_seconds


def explain(
    day: Day, evidence: Evidence, orders: Sequence[Handled], policy: OrderToShipPolicy, book: Book
) -> list[Late]:
    """Time from order to label by service level, and every order that was late."""
    confirmed = {order.name: order.at for order in day.orders}
    late: list[Late] = []
    tries: dict[str, list[Tried]] = defaultdict(list)
    for tried in evidence.tried:
        tries[evidence.names[tried.command.subject]].append(tried)
    for level in LEVELS:
        mine = [each for each in orders if each.level == level]
        took = [each.labelled - confirmed[each.name] for each in mine if each.labelled]
        allowed = promise_of(policy, level)
        over = [each for each in mine if each.labelled - confirmed[each.name] > allowed]
        found = [_late(day, evidence, each, confirmed[each.name], allowed, tries[each.name]) for each in over]
        for slow in found:
            if slow.took - slow.covered > allowed:
                text = f"{slow.name} took {slow.took:.0f} s, of which noted faults explain {slow.covered:.0f} s"
                book.ask(f"orders of {level}: late", f"{text}; {allowed:.0f} s are promised")
        late += found
        book.put(_ORDERS, f"{level}: orders labelled", len(took), f"{len(mine)} were not called off")
        p50, p99 = quantile(took, 0.5), quantile(took, 0.99)
        book.put(
            _ORDERS,
            f"{level}: order to label p50, seconds",
            round(p50, 1),
            "from the confirmation in Odoo to the write",
        )
        book.put(_ORDERS, f"{level}: order to label p99, seconds", round(p99, 1), "the slowest are those below")
        book.put(_ORDERS, f"{level}: late", len(over), f"more than the {allowed:.0f} s that the level is promised")
    for each in orders:
        if not each.labelled:
            book.ask("orders labelled", f"{each.name} never was")
    return late


def _late(day: Day, evidence: Evidence, order: Handled, since: float, allowed: float, tries: Iterable[Tried]) -> Late:
    spans = [*_windows(day, evidence, order), *_unread(day, order), *_tries(tries)]
    clipped = [
        (max(since, a), min(order.labelled, b), fault) for a, b, fault in spans if a < order.labelled and b > since
    ]
    covered = covered_by([(a, b) for a, b, _ in clipped])
    longest: dict[tuple[str, str], float] = defaultdict(float)
    for a, b, fault in clipped:
        longest[fault.kind, fault.whom] += b - a
    kind, whom = max(longest, key=lambda each: longest[each], default=("nothing noted", ""))
    return Late(order.name, order.level, order.labelled - since, allowed, covered, kind, whom)


def _windows(day: Day, evidence: Evidence, order: Handled) -> list[tuple[float, float, Fault]]:
    concern = {"odoo", "database", order.name, *order.carriers}
    mine = (each for each in _hurting(day) if each.whom in concern or each.kind not in {AWAY, BAD_ORDER})
    slack = evidence.slack
    return [(each.since - slack, each.until + RECOVERY[each.kind] + slack, each) for each in mine]


def _unread(day: Day, order: Handled) -> list[tuple[float, float, Fault]]:
    """While Odoo's feed was struck nobody could know of the order; the next pass comes one pause later."""
    feed = (each for each in struck(day) if each.whom == "odoo" and each.since < order.asked)
    return [(each.since, each.until + day.chaos.scenario.poll, each) for each in feed]


def _hurting(day: Day) -> list[Fault]:
    """The faults of the day that can hold something up; the planned pause after it excuses nothing."""
    found = (each for each in day.chaos.faults.of(*RECOVERY) if each.since < day.ended)
    return [each for each in found if not any(name in each.what for name in _HARMLESS)]


def _tries(tries: Iterable[Tried]) -> list[tuple[float, float, Fault]]:
    """A try that failed holds an order up until the next one, which is never further away than the longest pause."""
    by_command: dict[str, list[Tried]] = defaultdict(list)
    for each in tries:
        by_command[each.command.id].append(each)
    found = []
    for attempts in by_command.values():
        ordered = sorted(attempts, key=lambda each: each.since)
        for here, after in pairwise(ordered):
            fault = Fault("struck calls", here.command.partner, here.since, min(after.until, here.until + _A_TRY))
            found.append((fault.since, fault.until, fault))
    return found


def covered_by(spans: Iterable[Span]) -> float:
    """Seconds that lie in any of the spans.

    >>> covered_by([(0, 10), (5, 12), (20, 21)])
    13.0
    """
    total, reached = 0.0, float("-inf")
    for since, until in sorted(spans):
        total += max(0.0, until - max(since, reached))
        reached = max(reached, until)
    return total


def queues(day: Day, evidence: Evidence, book: Book) -> None:
    """The age of the oldest message by stage, sampled once a minute; whatever was old was held up by a noted fault."""
    windows = [
        (each.since - evidence.slack, each.until + RECOVERY[each.kind] + evidence.slack)
        for each in _hurting(day)
        if each.kind != BAD_ORDER
    ]
    tries = [(each.since - evidence.slack, each.until + _A_TRY) for each in evidence.tried if each.failed]
    for stage, calm in _CALM.items():
        ages = [each.age.get(stage, 0.0) for each in day.samples]
        book.put(_QUEUES, f"{stage}: oldest p99, seconds", round(quantile(ages, 0.99), 1), f"{len(ages)} samples")
        book.put(
            _QUEUES,
            f"{stage}: oldest, seconds",
            round(max(ages, default=0.0), 1),
            f"above {calm:.0f} s only under faults",
        )
        for sample in day.samples:
            age = sample.age.get(stage, 0.0)
            held_up = covered_by(_clipped([*windows, *tries], sample.at - age, sample.at)) if age > calm else age
            if age - held_up > calm:
                book.ask(
                    f"queue {stage}", f"{age:.0f} s old at {sample.at:.0f} s, {held_up:.0f} s of it under noted faults"
                )


def _clipped(spans: Iterable[Span], since: float, until: float) -> list[Span]:
    return [(max(a, since), min(b, until)) for a, b in spans if a < until and b > since]
