"""Naive, bare and Crossdock in turns, so that whatever else the machine does meets all three."""

import asyncio
import tempfile
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from msgspec import Struct

from benchmarks.endpoint.odoo import bare, told
from benchmarks.endpoint.odoo.direct import Direct, Place
from benchmarks.endpoint.odoo.hubs import drain, enqueue, open_hub
from benchmarks.endpoint.odoo.naive import write_each
from benchmarks.endpoint.odoo.told import Told, check, status_field
from benchmarks.endpoint.odoo.usage import Meter, Spent
from benchmarks.endpoint.odoo.yard import forget, say
from crossdock.bootstrap import Hub
from crossdock.transports.machine import RealClock, steady_collector

_SECOND = 1_000_000
NAIVE, BARE, CROSSDOCK = "naive", "bare", "crossdock"


class Setting(Struct, frozen=True):
    """What to measure with. ``naive`` is how many events the naive way gets in a round, ``many`` the others;
    ``each`` of them on one transfer.
    """

    place: Place
    tier: str
    rounds: int
    naive: int
    many: int
    each: int
    concurrency: int
    meter: Meter
    naive_dialect: str = ""
    run: str = ""


class Measured(Struct, frozen=True):
    """One way in one round."""

    way: str
    count: int
    seconds: float
    spent: Spent

    @property
    def per_second(self) -> float:
        """Events per second."""
        return self.count / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Processor time of Odoo and its database backends for one event, in milliseconds."""
        return (self.spent.odoo + self.spent.database) * 1000 / self.count


class Course:
    """The rounds of one tier."""

    def __init__(self, setting: Setting, hub: Hub, pickings: list[int]) -> None:
        """``pickings`` are the transfers to write to, ``hub`` is open and stays so."""
        self._setting = setting
        self._hub = hub
        self._pickings = pickings
        self._odoo = Direct(setting.place)
        self._second = 0
        self._user = Direct(setting.place, setting.naive_dialect)
        self._bulk, self._size = bare.bulk(self._odoo, setting.tier)
        self._status = status_field(self._odoo) if setting.tier != "stock" else ""

    async def run(self, name: str) -> list[Measured]:
        """All rounds after one that only warms up; every other round in the opposite order."""
        found: list[Measured] = []
        for number in range(self._setting.rounds + 1):
            ways = (NAIVE, BARE, CROSSDOCK) if number % 2 else (CROSSDOCK, BARE, NAIVE)
            for way in ways:
                measured = await self._measure(way, f"{self._setting.run}{name}{number}{way[0]}", short=not number)
                say(f"{self._setting.tier} {name} round {number} {way}: {measured.per_second:.0f}/s")
                found += [measured] if number else []
        return found

    async def _measure(self, way: str, run: str, *, short: bool) -> Measured:
        setting, now = self._setting, await self._new_second()
        count, each = (setting.naive, 1) if way == NAIVE else (setting.many, setting.each)
        pickings = self._pickings[: (count // 5 if short else count) // each]
        forget(self._odoo, pickings)
        events = told.events(pickings, run, now, each)
        action = {NAIVE: self._naive, BARE: self._bare, CROSSDOCK: self._crossdock}[way]
        seconds, spent = await action(events)
        check(self._odoo, events, run, "" if way == NAIVE else self._status)
        return Measured(way, len(events), seconds, spent)

    async def _new_second(self) -> int:
        """Odoo keeps whole seconds: what happened in the same one as an earlier round would change nothing."""
        left = (self._second + 1) - RealClock().now() / _SECOND
        await asyncio.sleep(max(0.0, left))
        self._second = max(self._second + 1, RealClock().now() // _SECOND)
        return self._second * _SECOND

    async def _naive(self, events: list[Told]) -> tuple[float, Spent]:
        return await self._timed(lambda: write_each(self._user, events))

    async def _bare(self, events: list[Told]) -> tuple[float, Spent]:
        entries, size = bare.entries(events), self._size

        def loop() -> None:
            for start in range(0, len(entries), size):
                self._bulk(entries[start : start + size])

        return await self._timed(loop)

    async def _crossdock(self, events: list[Told]) -> tuple[float, Spent]:
        await enqueue(self._hub, events)
        before = self._setting.meter.read()
        seconds = await drain(self._hub)
        return seconds, self._setting.meter.read().since(before)

    async def _timed(self, action: Callable[[], None]) -> tuple[float, Spent]:
        before, started = self._setting.meter.read(), perf_counter()
        action()
        return perf_counter() - started, self._setting.meter.read().since(before)


async def compare(setting: Setting, pickings: list[int], name: str) -> list[dict[str, Any]]:
    """Rows of one tier: every way's median rate, and the median of the ratios of each round."""
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder:
        hub = await open_hub(f"sqlite:///{folder}/bench.db", setting.place, setting.tier, setting.concurrency)
        steady_collector()  # as `crossdock serve` does
        try:
            found = await Course(setting, hub, pickings).run(name)
        finally:
            await hub.close()
            await hub.store.close()
    return rows(found, setting, name)


def rows(found: list[Measured], setting: Setting, name: str) -> list[dict[str, Any]]:
    """A row for each way."""
    by_way = {way: [each for each in found if each.way == way] for way in (NAIVE, BARE, CROSSDOCK)}
    made = []
    for way, measured in by_way.items():
        row: dict[str, Any] = {"what": name, "tier": setting.tier, "way": way}
        row["per_second"] = round(median(each.per_second for each in measured), 1)
        for other in (NAIVE, BARE):
            row[f"of_{other}"] = _ratio(measured, by_way[other], lambda one: one.per_second)
            row[f"of_{other}_by_round"] = _by_round(measured, by_way[other])
        if any(each.spent.odoo for each in measured):
            row["odoo_ms"] = round(median(each.spent.odoo * 1000 / each.count for each in measured), 3)
            row["database_ms"] = round(median(each.spent.database * 1000 / each.count for each in measured), 3)
            row["cpu_of_naive"] = _ratio(by_way[NAIVE], measured, lambda one: one.cpu_ms)
            row["cpu_of_bare"] = _ratio(by_way[BARE], measured, lambda one: one.cpu_ms)
        row["own_ms"] = round(median(each.spent.own * 1000 / each.count for each in measured), 3)
        each = 1 if way == NAIVE else setting.each
        row["notes"] = f"{measured[0].count} events, {each} a transfer, {len(measured)} rounds"
        made.append(row)
    return made


def _by_round(mine: list[Measured], other: list[Measured]) -> list[float]:
    return [round(a.per_second / b.per_second, 2) for a, b in zip(mine, other, strict=True)]


def _ratio(mine: list[Measured], other: list[Measured], value: Callable[[Measured], float]) -> float | None:
    pairs = [(value(a), value(b)) for a, b in zip(mine, other, strict=True)]
    return round(median(a / b for a, b in pairs), 2) if all(b for _, b in pairs) else None
