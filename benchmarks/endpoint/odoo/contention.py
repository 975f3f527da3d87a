"""Several workers, one store, few transfers, and a person who edits the same transfers meanwhile: nothing may be lost,
nothing may surface.
"""

import asyncio
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, sleep, time_ns
from typing import Any

import asyncpg

from benchmarks.endpoint.odoo.direct import Declined, Direct
from benchmarks.endpoint.odoo.hubs import emptied, enqueue, open_hub
from benchmarks.endpoint.odoo.rounds import Setting
from benchmarks.endpoint.odoo.told import JOURNEY, Told, Wrong, check, event, status_field
from benchmarks.endpoint.odoo.worker import NAMES, PREFIX
from benchmarks.endpoint.odoo.yard import PICKING, forget, say
from benchmarks.local.databases import fresh_database

TRANSFERS = 50
PER_SECOND = 40
_PARCELS = 3
_SECOND = 1_000_000


class Person:
    """Writes into five transfers at a time what a person would, and remembers what has to be there at the end."""

    def __init__(self, odoo: Direct, pickings: list[int]) -> None:
        """Starts to write."""
        self._odoo = odoo
        self._pickings = pickings
        self._stop = threading.Event()
        self.wrote: dict[int, str] = {}
        self.writes = 0
        self.declined: list[str] = []
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop writing."""
        self._stop.set()
        self._thread.join()

    def lost(self) -> list[int]:
        """Transfers that do not hold what was written last."""
        rows = self._odoo.read(PICKING, sorted(self.wrote), ["note"])
        return [row["id"] for row in rows if self.wrote[row["id"]] not in str(row["note"])]

    def _write(self) -> None:
        order = random.Random(3)  # noqa: S311 - which transfers, guards nothing
        while not self._stop.wait(0.25):
            some, text = order.sample(self._pickings, 5), f"Handled by a person, edit {self.writes}."
            try:
                self._odoo.write(PICKING, some, {"note": text})
            except Declined as declined:
                self.declined.append(str(declined)[:200])
                continue
            self.writes += 1
            self.wrote |= dict.fromkeys(some, text)


async def contention(setting: Setting, pickings: list[int], minutes: float, workers: int) -> list[dict[str, Any]]:
    """One row. Raises where something surfaced or was lost."""
    pickings, odoo = pickings[:TRANSFERS], Direct(setting.place)
    run = f"{setting.run}con"
    forget(odoo, pickings)
    with fresh_database("postgresql") as store:
        hub = await open_hub(store, setting.place, setting.tier)
        before = setting.meter.read()
        with _working(store, setting, workers):
            person = Person(Direct(setting.place), pickings)
            told: list[Told] = []
            started = perf_counter()
            for some in _arriving(pickings, run, minutes * 60):
                told += some
                await enqueue(hub, some)
                await asyncio.sleep(max(0.0, started + len(told) / PER_SECOND - perf_counter()))
                if not len(told) % (PER_SECOND * 20):
                    say(f"contention: {len(told)} events")
            await asyncio.to_thread(person.end)
            await emptied(hub)
        seconds = perf_counter() - started
        spent = setting.meter.read().since(before)
        await hub.close()
        await hub.store.close()
        statuses, verdicts = await _looked_up(store)
    if set(statuses) != {"done"} or statuses["done"] != len(told):
        raise Wrong(f"of {len(told)} commands: {dict(statuses)}; attempts: {dict(verdicts)}")
    check(odoo, told, run, status_field(odoo) if setting.tier != "stock" else "")
    if lost := person.lost():
        raise Wrong(f"edits of the person lost on {lost}")
    again = sum(verdicts.values()) - len(told)
    return [{
        "what": "contention", "tier": setting.tier, "way": "crossdock", "per_second": round(len(told) / seconds, 1),
        "sent_again": again, "verdicts": dict(verdicts), "edits": person.writes, "edits_declined": len(person.declined),
        "odoo_ms": round(spent.odoo * 1000 / len(told), 3) or None,
        "database_ms": round(spent.database * 1000 / len(told), 3) or None,
        "notes": f"{workers} workers, {len(pickings)} transfers, {minutes:g} min, {len(told)} events: all done, "
        f"none lost, {again} sent again; a person's {person.writes} edits kept, {len(person.declined)} declined",
    }]  # fmt: skip


def _arriving(pickings: list[int], run: str, seconds: float) -> Iterator[list[Told]]:
    """Bursts of a tenth of a second on transfers at random, newer each time, of one of a transfer's parcels."""
    order, turns, first = random.Random(7), Counter[int](), time_ns() // 1000  # noqa: S311 - guards nothing
    burst = PER_SECOND // 10
    for _ in range(int(seconds * 10)):
        some = []
        for picking in order.choices(pickings, k=burst):
            turn = turns[picking]
            turns[picking] += 1
            token, milestone = f"XB{run}-{picking}-{turn}", JOURNEY[turn % len(JOURNEY)]
            some.append(event(picking, token, milestone, first + turn * _SECOND, f"{run}{turn % _PARCELS}"))
        yield some


@contextmanager
def _working(store: str, setting: Setting, workers: int) -> Iterator[None]:
    """Worker processes on ``store``; raises when one ended early."""
    place = setting.place
    given = dict(zip(NAMES, (store, place.url, place.database, place.login, place.key, setting.tier), strict=True))
    environment = os.environ | {PREFIX + name: value for name, value in given.items()}
    command = [sys.executable, "-m", "benchmarks.endpoint.odoo.worker"]
    started = [subprocess.Popen(command, env=environment) for _ in range(workers)]  # noqa: S603 - this program itself
    try:
        sleep(2)
        yield
        if ended := [each.returncode for each in started if each.poll() is not None]:
            raise RuntimeError(f"workers ended early: {ended}")
    finally:
        for each in started:
            each.terminate()
        for each in started:
            each.wait(timeout=30)


async def _looked_up(store: str) -> tuple[Counter[str], Counter[str]]:
    """Commands by status, attempts by verdict."""
    database = await asyncpg.connect(store.replace("postgresql+asyncpg", "postgresql"))
    try:
        statuses = await database.fetch("SELECT status, count(*) FROM command GROUP BY status")
        verdicts = await database.fetch("SELECT verdict, count(*) FROM attempt GROUP BY verdict")
    finally:
        await database.close()
    return Counter(dict(map(tuple, statuses))), Counter(dict(map(tuple, verdicts)))
