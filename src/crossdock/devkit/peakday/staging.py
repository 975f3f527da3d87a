"""The world of a peak day before it begins: the simulation's own, with the planned faults in place and noted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from crossdock.devkit.chaos.loop import VirtualLoop
from crossdock.devkit.chaos.machine import EPOCH
from crossdock.devkit.chaos.noted import AWAY, DATABASE, SILENT, Fault
from crossdock.devkit.chaos.world import Chaos, Outage, build, rough_calls
from crossdock.devkit.peakday.plan import METHODS, Away, DayOptions, Plan, PlannedOrder, plan_of, scenario_of
from crossdock.ports.connector import Connector, Received, Translation
from crossdock.sim.faults import Match, Rule, When
from crossdock.sim.inprocess import InProcessCaller

MAPPING = "bad mapping"
_AFTERWARDS = 600.0
"""Small things go wrong until so many seconds after the last order."""


class Sample(Struct, frozen=True):
    """What waited at a moment (virtual seconds): messages and the oldest one's age in seconds, by stage."""

    at: float
    depth: Mapping[str, int]
    age: Mapping[str, float]


class Confirmed(Struct):
    """An order as the world knows it: its transfer in Odoo, and when it was confirmed (virtual seconds)."""

    plan: PlannedOrder
    name: str
    id: int
    at: float
    corrected: float = 0.0


class Day(Struct):
    """A day in progress, and afterwards all that its figures are explained by. ``brought`` are the answers to messages
    by kind and HTTP status; ``parked_once`` the messages that the bad mapping parked until a person retried them.
    """

    options: DayOptions
    plan: Plan
    chaos: Chaos
    orders: list[Confirmed] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    answers: list[tuple[str, int, str]] = field(default_factory=list)
    parked_once: set[str] = field(default_factory=set)
    discarded: set[str] = field(default_factory=set)
    ended: float = 0.0


class Misread:
    """A carrier's connector whose mapping has a defect while ``is_bad`` says so; all else passes through."""

    def __init__(self, inner: Connector, chaos: Chaos, bad: Away) -> None:
        self._inner = inner
        self._chaos = chaos
        self._bad = bad

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def translate(self, message: Received) -> Translation:
        """What the connector reads, unless the bad release is out."""
        if self._bad.since <= self._chaos.loop.time() < self._bad.until:
            raise ValueError("a mapping that was released by mistake (simulated)")
        return self._inner.translate(message)


def staged(options: DayOptions, empty: Path, loop: VirtualLoop) -> Day:
    """The world at the first second. ``empty`` is a migrated database to copy."""
    chaos = build(options.seed, scenario_of(options), empty, loop)
    plan = plan_of(options)
    chaos.faults.all.clear()
    chaos.strikes = list(plan.strikes)
    chaos.database_away = tuple(Outage(each.since, each.until) for each in plan.database)
    for kind, windows in ((DATABASE, plan.database), (AWAY, plan.partners), (SILENT, [plan.silent])):
        for each in windows:
            chaos.faults.note(kind, each.whom, each.since, each.until, _words(each))
    chaos.faults.note(MAPPING, plan.mapping.whom, plan.mapping.since, plan.mapping.until)
    chaos.around = lambda name, inner: Misread(inner, chaos, plan.mapping) if name == plan.mapping.whom else inner
    for name in METHODS.values():
        [product] = [
            row["id"] for row in chaos.odoo.database.rows["product.product"].values() if row["type"] == "service"
        ]
        chaos.odoo.control(
            "create", {"model": "delivery.carrier", "values": {"name": name, "product_id": product}}, EPOCH
        )
    return Day(options, plan, chaos)


def _words(away: Away) -> str:
    effect = away.effect
    return "slow" if effect.latency else "answers 503" if effect.status else "lets calls die" if effect.drop else "gone"


def wires_of(day: Day) -> InProcessCaller:
    """The network, with the small faults of every call and the planned outages."""
    chaos = day.chaos
    named = {"odoo": chaos.odoo, **chaos.carriers}
    books = {}
    for name, partner in named.items():
        book = rough_calls(chaos, name, day.plan.end + _AFTERWARDS)
        for each in day.plan.partners:
            if each.whom == name:
                book.add(Rule(each.effect, Match(), When(since=each.since, until=each.until)))
        books[partner.hosts[0]] = book
    return InProcessCaller(chaos, named.values(), books)


def windows(day: Day, *kinds: str) -> list[Fault]:
    """The noted faults of these kinds."""
    return day.chaos.faults.of(*kinds)
