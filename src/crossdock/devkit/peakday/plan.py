"""Everything a peak day brings, drawn by the seed before it begins: its orders and its faults."""

import random
from collections.abc import Mapping, Sequence

from msgspec import Struct

from crossdock.devkit.capacity.profile import Profile
from crossdock.devkit.chaos.scenarios import ChaosScenario, Troubles
from crossdock.devkit.peakday.shape import HOUR, busiest, moments
from crossdock.sim.faults import Effect

POSTCODE, SKU, UNIT = "postcode", "sku", "unit"
LEVELS = ("standard", "express", "economy")
FEWEST_ORDERS = 10
"""So many have room for everything that is special about one."""
_MIX = (60, 25, 15)
METHODS: Mapping[str, str] = {"express": "Express parcel", "economy": "Economy parcel"}
"""Odoo's delivery methods by service level; standard is what its demo data brings."""
_AT_ONCE = (Effect(unreachable=True), Effect(status=503), Effect(drop=True))
_SLOWLY = Effect(latency=45)
_NOTHING = Effect()
_PARTNERS = ("odoo", "alpha", "beta")
_SUSPEND, _KILL = "suspend", "kill"
_CALLED_OFF, _LARGE, _LATE = 0.04, 0.1, 0.02
_HEAVY = 0.35
_REPEATED = 1.5
"""An order has about four messages: a short day has a handful that come twice, too."""
_MOST = 1200.0


class DayOptions(Struct, frozen=True):
    """What is asked for: virtual hours, orders, the seed, and the shape of the day."""

    hours: int
    orders: int
    seed: int
    profile: Profile


class PlannedOrder(Struct, frozen=True):
    """One order: when it is confirmed (virtual seconds), its service level, how many parcels, what is ``wrong`` with it
    ("" for nothing), after how many seconds it is called off (0: never), whether it is too heavy for the first carrier,
    and whether its carrier delivers it days late.
    """

    at: float
    level: str
    parcels: int = 1
    wrong: str = ""
    called_off: float = 0.0
    heavy: bool = False
    late: bool = False


class Away(Struct, frozen=True):
    """An outage: whose, from and until (virtual seconds), and what a call gets meanwhile."""

    whom: str
    since: float
    until: float
    effect: Effect = Effect()


class Plan(Struct, frozen=True):
    """The whole day. ``mapping`` is the time in which a carrier's messages are misread, ``silent`` when a carrier's
    webhooks stay away; ``strangers`` speak of packages nobody knows, ``poison`` cannot be read, ``forged`` are signed
    with another key; ``strikes`` are processes killed or suspended; all in virtual seconds.
    """

    begin: int
    end: float
    orders: tuple[PlannedOrder, ...]
    scans: tuple[float, ...]
    partners: tuple[Away, ...]
    database: tuple[Away, ...]
    silent: Away
    mapping: Away
    strikes: tuple[tuple[float, str], ...]
    restarts: tuple[float, ...]
    jumps: tuple[float, ...]
    strangers: tuple[float, ...]
    poison: tuple[float, ...]
    forged: tuple[float, ...]


def scenario_of(options: DayOptions) -> ChaosScenario:
    """What the simulation is told of the day."""
    profile = options.profile
    return ChaosScenario(
        "day",
        "a peak day with every fault on",
        orders=options.orders,
        workers=3,
        invoice=True,
        carriers=2,
        light=20,
        levels={"express": ("express*",), "economy": ("economy*",)},
        quiet_hours={"alpha": options.hours / 6},
        idle=30,
        lease=60,
        poll=30,
        told=True,
        troubles=Troubles(
            standstill=(40, 240),
            jump=20,
            commit_unheard=0.003,
            slow_disk=0.01,
            answer_lost=0.02,
            call_lost=0.01,
            refused=0.01,
            slow=0.005,
            repeated=max(profile.repeats, _REPEATED / options.orders),
            delayed=0.1,
        ),
    )


def plan_of(options: DayOptions) -> Plan:
    """The day that this seed brings."""
    draw = random.Random(f"day/{options.seed}")  # noqa: S311 - reproducible
    begin = busiest(options.profile, options.hours)
    hours = slice(begin, begin + options.hours)
    end, profile = options.hours * HOUR, options.profile
    scans = tuple(profile.scans[hours])
    messages = options.orders * 4
    silent = _away(draw, "alpha", end / 4, end, 0.3)
    return Plan(
        begin=begin,
        end=end,
        orders=_orders(draw, options, profile.orders[hours]),
        scans=scans,
        partners=tuple(_outages(draw, end)),
        database=tuple(_away(draw, "database", draw.uniform(10, 180), end) for _ in range(_some(options, 3))),
        silent=silent,
        mapping=_away(draw, "beta", end / 24, end, 0.2),
        strikes=_strikes(draw, options, end),
        restarts=_times(draw, _some(options, 4), end),
        jumps=_times(draw, _some(options, 4), end),
        strangers=tuple(moments(scans, max(1, round(messages * profile.unknown)), 1, draw)),
        poison=_times(draw, max(2, round(messages * profile.unreadable)), end),
        forged=_times(draw, 2, end),
    )


def _some(options: DayOptions, for_a_day: int) -> int:
    """As many as a whole day has, in proportion, and one at least: a short day has every fault too."""
    return max(1, round(for_a_day * options.hours / 24))


def _times(draw: random.Random, count: int, end: float) -> tuple[float, ...]:
    return tuple(sorted(draw.uniform(0, end) for _ in range(count)))


def _away(
    draw: random.Random, whom: str, seconds: float, end: float, earliest: float = 0.0, effect: Effect = _NOTHING
) -> Away:
    since = draw.uniform(earliest * end, max(earliest * end, end - seconds))
    return Away(whom, since, since + seconds, effect)


def _strikes(draw: random.Random, options: DayOptions, end: float) -> tuple[tuple[float, str], ...]:
    acts = [_KILL] * _some(options, 8) + [_SUSPEND] * _some(options, 6)
    return tuple(sorted((draw.uniform(0, end), act) for act in acts))


def _outages(draw: random.Random, end: float) -> Sequence[Away]:
    """Every partner is away once for long (a twelfth of the day) and twice for minutes."""
    found = []
    for whom in _PARTNERS:
        found.append(_away(draw, whom, end / 12, end, 0.0, draw.choice(_AT_ONCE)))
        shortly = (draw.choice(_AT_ONCE), _SLOWLY)
        found += [_away(draw, whom, draw.uniform(60, min(_MOST, end / 24)), end, 0.0, each) for each in shortly]
    return sorted(found, key=lambda each: each.since)


def _orders(draw: random.Random, options: DayOptions, by_hour: Sequence[float]) -> tuple[PlannedOrder, ...]:
    times = moments(by_hour, options.orders, options.profile.busiest_minute, draw)
    levels = [*LEVELS, *draw.choices(LEVELS, weights=_MIX, k=options.orders)][: options.orders]
    draw.shuffle(levels)
    marks = _marks(draw, options.orders)
    orders: list[PlannedOrder] = []
    for index, (at, level) in enumerate(zip(times, levels, strict=True)):
        mark = marks.get(index, "")
        # A person puts one order right at a time; its neighbour of the same moment must not have to wait for that.
        moment = orders[-1].at if orders and orders[-1].wrong == UNIT else at
        orders.append(
            PlannedOrder(
                moment,
                level,
                parcels=draw.choice((2, 2, 3)) if mark == "large" else 1,
                wrong=mark if mark in {POSTCODE, SKU, UNIT} else "",
                called_off=draw.uniform(1, 900) if mark == "called off" else 0.0,
                heavy=not mark and draw.random() < _HEAVY,
                late=mark == "late",
            )
        )
    return tuple(orders)


def _marks(draw: random.Random, orders: int) -> dict[int, str]:
    """What is special about some orders, each at most one thing."""
    some = max(1, orders // 80)
    wanted = [POSTCODE] * some + [SKU] * some + [UNIT] * some
    wanted += ["called off"] * max(1, round(orders * _CALLED_OFF)) + ["large"] * max(1, round(orders * _LARGE))
    wanted += ["late"] * max(1, round(orders * _LATE))
    places = draw.sample(range(orders), len(wanted))
    return dict(zip(places, wanted, strict=True))
