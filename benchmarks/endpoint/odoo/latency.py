"""From a command committed to its note visible in Odoo, while events arrive at a steady rate."""

import asyncio
import sqlite3
import tempfile
import threading
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter, sleep, time_ns
from typing import Any

from benchmarks.endpoint.odoo.direct import Direct
from benchmarks.endpoint.odoo.hubs import emptied, enqueue, open_hub
from benchmarks.endpoint.odoo.rounds import Setting
from benchmarks.endpoint.odoo.told import JOURNEY, Told, check, event, status_field
from benchmarks.endpoint.odoo.yard import PICKING, forget, say
from crossdock.bootstrap import Hub
from crossdock.transports.machine import steady_collector

_SECOND = 1_000_000
_PROBES_PER_SECOND = 1.0
_LOOK_EVERY = 0.02


class Probe:
    """Looks in Odoo, over a connection of its own, for the notes it is told to look for; one at a time."""

    def __init__(self, odoo: Direct) -> None:
        """Starts to look."""
        self._odoo = odoo
        self._wanted: SimpleQueue[tuple[Told, int] | None] = SimpleQueue()
        self.waited: list[float] = []
        """Milliseconds from the event's creation until it was seen."""
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def want(self, told: Told, created: int) -> None:
        """Look for the note of ``told``, whose command came at ``created`` (epoch microseconds)."""
        self._wanted.put((told, created))

    def end(self) -> None:
        """Wait until all that is wanted was seen."""
        self._wanted.put(None)
        self._thread.join()

    def _look(self) -> None:
        while (wanted := self._wanted.get()) is not None:
            told, created = wanted
            domain = [("model", "=", PICKING), ("res_id", "=", told.picking), ("body", "ilike", told.token)]
            while not self._odoo.find("mail.message", domain, ["id"], limit=1):
                sleep(_LOOK_EVERY)
            self.waited.append((time_ns() // 1000 - created) / 1000)


async def latency(setting: Setting, pickings: list[int], rate: float, seconds: float) -> list[dict[str, Any]]:
    """One row: p50 and p99 from enqueueing to committed outcome and to visible, and Odoo's processor time."""
    odoo = Direct(setting.place)
    run, told = f"{setting.run}lat", _arriving(pickings, f"{setting.run}lat", int(rate * seconds))
    forget(odoo, pickings[: len(told)])
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder:
        file = Path(folder) / "bench.db"
        hub = await open_hub(f"sqlite:///{file}", setting.place, setting.tier, setting.concurrency)
        steady_collector()  # as `crossdock serve` does
        engine = asyncio.create_task(hub.engine.run())
        await _warm(hub, pickings, setting)
        before = setting.meter.read()
        probe = Probe(Direct(setting.place))
        await _arrive(hub, told, rate, probe)
        await emptied(hub)
        await asyncio.to_thread(probe.end)
        spent = setting.meter.read().since(before)
        hub.engine.stop()
        await engine
        await hub.close()
        await hub.store.close()
        took, again = _outcomes(file, {each.key for each in told})
    check(odoo, told, run, status_field(odoo) if setting.tier != "stock" else "")
    return [{
        "what": "latency", "tier": setting.tier, "way": "crossdock", "per_second": rate,
        "p50": _at(took, 0.5), "p99": _at(took, 0.99), "worst": took[-1],
        "visible_p50": _at(probe.waited, 0.5), "visible_p99": _at(probe.waited, 0.99), "sent_again": again,
        "odoo_ms": round(spent.odoo * 1000 / len(told), 3) or None,
        "database_ms": round(spent.database * 1000 / len(told), 3) or None,
        "own_ms": round(spent.own * 1000 / len(told), 3),
        "notes": f"{len(told)} events in {seconds:g} s, {len(probe.waited)} looked for in Odoo: seen after "
        f"p50 {_at(probe.waited, 0.5)}, p99 {_at(probe.waited, 0.99)} ms; {again} sent again",
    }]  # fmt: skip


def _arriving(pickings: list[int], run: str, count: int) -> list[Told]:
    """Events over all transfers in turn, each second about as many as there are transfers; later ones are newer."""
    first, told = time_ns() // 1000, []
    for number in range(count):
        turn, place = divmod(number, len(pickings))
        picking, milestone = pickings[place], JOURNEY[turn % len(JOURNEY)]
        told.append(event(picking, f"XB{run}-{picking}-{turn}", milestone, first + turn * _SECOND, run))
    return told


async def _warm(hub: Hub, pickings: list[int], setting: Setting) -> None:
    """One event before anything is measured: the session signs on and looks around."""
    when = time_ns() // 1000 - 60 * _SECOND
    run = f"{setting.run}warm"
    await enqueue(hub, [event(pickings[0], f"XB{run}-{pickings[0]}-0", JOURNEY[0], when, f"{setting.run}lat")])
    await emptied(hub)


async def _arrive(hub: Hub, told: list[Told], rate: float, probe: Probe) -> None:
    """Events come when they come, whether or not earlier ones are through."""
    started, coming = perf_counter(), set()
    every = max(1, int(rate / _PROBES_PER_SECOND))
    for number, each in enumerate(told):
        await asyncio.sleep(max(0.0, started + number / rate - perf_counter()))
        if not number % every:
            probe.want(each, hub.clock.now())
        task = asyncio.create_task(enqueue(hub, [each]))
        coming.add(task)
        task.add_done_callback(coming.discard)
        if not number % int(rate * 10):
            say(f"latency: {number} of {len(told)}")
    await asyncio.gather(*coming)


def _outcomes(file: Path, keys: set[str]) -> tuple[list[float], int]:
    """Milliseconds from creation to settlement in ascending order, and how many needed more than one attempt."""
    with sqlite3.connect(file) as database:
        rows = database.execute("SELECT key, status, created_at, settled_at, attempt FROM command").fetchall()
    mine = [row for row in rows if row[0] in keys]
    if undone := [row[:2] for row in mine if row[1] != "done"]:
        raise RuntimeError(f"not carried out: {undone[:5]}")
    return sorted((row[3] - row[2]) / 1000 for row in mine), sum(row[4] > 1 for row in mine)


def _at(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)
