"""The measuring itself: orders as hard as they go, then messages, then the busiest minute as it would be."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from time import perf_counter

from msgspec import Struct

from crossdock.devkit.capacity.driving import drive
from crossdock.devkit.capacity.messages import post, tracker_update
from crossdock.devkit.capacity.profile import Profile
from crossdock.devkit.capacity.reckoning import Calls, Kind, Measured, Verdict, reckon
from crossdock.devkit.capacity.stage import CARRIER, ERP, Stage

SCANS = 10
"""Scans of a package from its label to the doorstep."""
CONNECTIONS = 64
_PATH = f"/in/{CARRIER}/events"
_STEPS = ("in_transit",) * 7 + ("out_for_delivery", "in_transit", "delivered")
_FIRST = datetime(2026, 1, 1, 6, tzinfo=UTC)


class Size(Struct, frozen=True):
    """How much is driven: ``orders`` booked before anything counts (their packages get the scans), ``timed`` orders
    booked against the clock, and the rehearsal's ``seconds``.
    """

    orders: int = 400
    timed: int = 60
    seconds: float = 15.0


class Rehearsal(Struct, frozen=True):
    """The busiest minute played, or as much of it as the machine carries: what was sent a second, how long the door
    took (ms), the statuses it gave, and the seconds after the last message until nothing was left to do.
    """

    scans_per_second: float
    orders_per_second: float
    seconds: float
    p50: float
    p99: float
    statuses: dict[str, int]
    left_over_seconds: float


class Report(Struct, frozen=True):
    """Everything `crossdock bench` found."""

    profile: str
    store: str
    cores: int
    orders: Measured
    scans: Measured
    intake_per_second: float
    verdict: Verdict
    rehearsal: Rehearsal


Told = Callable[[str], None]


async def measure(stage: Stage, profile: Profile, size: Size, tell: Told, *, store: str, cores: int) -> Report:
    """Drive a running stage and reckon. ``tell`` hears what is going on."""
    tell(f"booking {size.orders} orders to have packages")
    stage.confirm_orders(size.orders)
    await _labels(stage, size.orders)
    stage.answer_in(**{ERP: profile.erp_seconds, CARRIER: profile.carrier_seconds})
    tell(f"orders: {size.timed} at once, partners answer as slowly as the profile says")
    orders = await _timed(stage, "orders", size.timed, _ordering(stage, size.orders, size.timed))
    messages = list(mixed(profile, stage.packages(), range(SCANS), stage.secret))
    tell(f"messages: {len(messages)} as fast as they are taken")
    door: list[float] = []
    scans = await _timed(stage, "scans", len(messages), _sending(stage, messages, door))
    verdict = reckon(profile, orders, scans)
    tell(f"rehearsal: {size.seconds:.0f} seconds of the busiest minute, {verdict.busiest_hour:02}:00")
    rehearsal = await _rehearse(stage, profile, verdict, size)
    return Report(profile.title, store, cores, orders, scans, door[0], verdict, rehearsal)


def mixed(profile: Profile, packages: list[str], rounds: range, secret: str) -> Iterator[bytes]:
    """Requests: one scan of every package in turn, as a carrier sends them, with the profile's share of what comes
    twice, of unknown packages, and of what cannot be read; which ones is a matter of counting, never of chance.
    """
    number = 0
    for scan in rounds:
        moment = (_FIRST + timedelta(hours=scan)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for code in packages:
            number += 1
            delivery = f"evt_{code[-14:]}{scan:06d}"
            request = post(_PATH, tracker_update(code, delivery, _STEPS[scan % SCANS], moment), secret)
            yield request
            if _falls_on(number, profile.repeats):
                yield request
            if _falls_on(number, profile.unknown):
                stranger = f"ZZ{scan:04d}{number:08d}"
                yield post(_PATH, tracker_update(stranger, f"{delivery}u", "in_transit", moment), secret)
            if _falls_on(number, profile.unreadable):
                yield post(_PATH, b'{"id":"%s","description":"tracker.updated","result":[' % delivery.encode(), secret)


def _falls_on(number: int, share: float) -> bool:
    return int(number * share) > int((number - 1) * share)


async def _labels(stage: Stage, count: int) -> None:
    async def bought() -> bool:
        return len(stage.packages()) >= count

    await stage.until(bought, f"{count} labels")
    await stage.until_quiet()


def _ordering(stage: Stage, before: int, count: int) -> Callable[[], "asyncio.Future[None]"]:
    async def order() -> None:
        stage.confirm_orders(count)
        await _labels(stage, before + count)

    return lambda: asyncio.ensure_future(order())


def _sending(stage: Stage, messages: list[bytes], door: list[float]) -> Callable[[], "asyncio.Future[None]"]:
    async def send() -> None:
        driven = await drive(stage.port, iter(messages), CONNECTIONS)
        door.append(driven.per_second)
        await stage.until_quiet()

    return lambda: asyncio.ensure_future(send())


async def _timed(stage: Stage, kind: Kind, count: int, work: Callable[[], "asyncio.Future[None]"]) -> Measured:
    before, processor, started = await stage.calls(), stage.processor_seconds(), perf_counter()
    await work()
    seconds, used = perf_counter() - started, stage.processor_seconds() - processor
    after = await stage.calls()
    partners = tuple(
        Calls(name, each.calls - before[name].calls, each.seconds - before[name].seconds, each.slots)
        for name, each in after.items()
    )
    return Measured(kind, count, seconds, used, partners)


async def _rehearse(stage: Stage, profile: Profile, verdict: Verdict, size: Size) -> Rehearsal:
    hour, share = verdict.hours[verdict.busiest_hour], min(1.0, verdict.headroom)
    scans, orders = hour.scans * share, hour.orders * share
    wanted = max(1, round(scans * size.seconds))
    packages = stage.packages()
    rounds = -(-wanted // len(packages))
    requests = list(mixed(profile, packages, range(SCANS, SCANS + rounds), stage.secret))[:wanted]
    ordering = asyncio.create_task(_at_a_rate(stage, orders, size.seconds))
    driven = await drive(stage.port, iter(requests), CONNECTIONS, scans)
    await ordering
    last = perf_counter()
    await stage.until_quiet()
    return Rehearsal(scans, orders, size.seconds, driven.p50, driven.p99, driven.statuses, perf_counter() - last)


async def _at_a_rate(stage: Stage, per_second: float, seconds: float) -> None:
    """Confirm orders once a second, as many as are due."""
    started, made = perf_counter(), 0
    while (passed := perf_counter() - started) < seconds:
        due = int(passed * per_second) - made
        if due > 0:
            stage.confirm_orders(due)
            made += due
        await asyncio.sleep(1.0)
