"""Run a day: everything at once, until all is at rest; then the days after, for parcels that come late."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from crossdock.bootstrap import open_file
from crossdock.devkit.chaos.invariants import is_quiet
from crossdock.devkit.chaos.loop import VirtualLoop
from crossdock.devkit.chaos.running import jump, remove, staff
from crossdock.devkit.chaos.world import bury, quiet_logs, stand_still
from crossdock.devkit.peakday import acting, pushing
from crossdock.devkit.peakday.acting import LATE
from crossdock.devkit.peakday.plan import DayOptions
from crossdock.devkit.peakday.shape import HOUR
from crossdock.devkit.peakday.staging import Day, Sample, staged, wires_of
from crossdock.ports.stores import Store
from crossdock.sim.inprocess import InProcessCaller

Progress = Callable[[Day], None]
RESTART = "restart"
_DAYS_AFTER = 6 * 24 * HOUR
_DRAIN = 8 * HOUR
_LAST_HOURS = 4 * HOUR
_LAST_SWEEPS = 150.0
_SAMPLED = 60.0
_STOPPING = 45.0


async def _nobody(_day: Day) -> None:
    """Look at nothing."""


def run_day(
    options: DayOptions,
    empty: Path,
    judge: Callable[[Day, Store], Awaitable[Any]],
    progress: Progress = lambda _day: None,
) -> Any:
    """Simulate the day and give what ``judge`` says of it. ``progress`` is told once a virtual hour. Raises what the
    simulation itself raises, never what it simulates.
    """
    loop = VirtualLoop(options.seed)
    try:
        with quiet_logs():
            return loop.run_until_complete(_run(options, empty, loop, judge, progress))
    finally:
        loop.close()


async def _run(
    options: DayOptions,
    empty: Path,
    loop: VirtualLoop,
    judge: Callable[[Day, Store], Awaitable[Any]],
    progress: Progress,
) -> Any:
    day = staged(options, empty, loop)
    store = open_file(day.chaos.database)
    try:
        await _play(day, store, progress)
        return await judge(day, store)
    finally:
        await bury(day.chaos)
        await store.close()
        remove(day.chaos.database)


async def _play(day: Day, store: Store, progress: Progress) -> None:
    chaos, wires = day.chaos, wires_of(day)
    staff(chaos, wires)
    story = [asyncio.create_task(act) for act in (acting.orders(day), pushing.others(day), _restarts(day), _jumps(day))]
    always = [pushing.webhooks(day), acting.travel(day), acting.people(day, store), _sample(day, store)]
    background = [asyncio.create_task(act) for act in always]
    background.append(asyncio.create_task(_told(day, progress)))
    await _rested(day, wires, story, lambda: _is_shipped(day), day.plan.end + _DRAIN)
    day.ended = chaos.loop.time()
    for act in background:
        act.cancel()
    await _days_after(day)
    background = [asyncio.create_task(act) for act in (pushing.webhooks(day), acting.people(day, store))]
    quiet, longest = False, chaos.loop.time() + _LAST_HOURS
    while not quiet and chaos.loop.time() < longest:
        await asyncio.sleep(20)
        staff(chaos, wires)
        quiet = await is_quiet(chaos, store) and not await acting.look(day, store)
    await asyncio.sleep(_LAST_SWEEPS)
    for act in (*story, *background):
        if act.done():
            act.result()
        act.cancel()


async def _rested(
    day: Day, wires: InProcessCaller, story: list["asyncio.Task[None]"], is_over: Callable[[], bool], longest: float
) -> None:
    while day.chaos.loop.time() < longest:
        await asyncio.sleep(20)
        staff(day.chaos, wires)
        if day.chaos.loop.time() > day.plan.end and all(act.done() for act in story) and is_over():
            return


def _is_shipped(day: Day) -> bool:
    """Every order has its label in Odoo, and all parcels but the late ones have arrived."""
    arrived, late = acting.delivered(day.chaos), {each.whom for each in day.chaos.faults.of(LATE)}
    going = [acting.codes_of(day.chaos, order) for order in day.orders if not order.plan.called_off]
    return all(codes and all(code in arrived or code in late for code in codes) for codes in going)


async def _days_after(day: Day) -> None:
    """Nothing but time passes for days, all processes stand still as in a planned pause; then late parcels arrive."""
    chaos = day.chaos
    late = sorted({each.whom for each in chaos.faults.of(LATE)} - acting.delivered(chaos))
    for machine in chaos.alive():
        stand_still(chaos, machine, _DAYS_AFTER, "for the days after")
    await asyncio.sleep(_DAYS_AFTER)
    for machine in chaos.alive():
        chaos.loop.thaw(machine)
    for code in late:
        await asyncio.sleep(1)
        acting.scan(chaos, code, "delivered")
        for fault in chaos.faults.of(LATE):
            if fault.whom == code:
                fault.until = chaos.loop.time()


async def _restarts(day: Day) -> None:
    """Processes are asked to stop, as an update does it, and others begin."""
    chaos = day.chaos
    for moment in day.plan.restarts:
        await asyncio.sleep(max(0.0, moment - chaos.loop.time()))
        running = [each for each in chaos.alive() if each.hub is not None and not each.frozen]
        if not running:
            continue
        machine = chaos.draw.choice(running)
        assert machine.hub is not None
        chaos.faults.note(RESTART, machine.name, chaos.loop.time(), chaos.loop.time() + _STOPPING)
        chaos.tell(f"{machine.name} is asked to stop")
        machine.hub.engine.stop()
        await asyncio.sleep(_STOPPING)
        chaos.loop.kill(machine)


async def _jumps(day: Day) -> None:
    chaos = day.chaos
    for moment in day.plan.jumps:
        await asyncio.sleep(max(0.0, moment - chaos.loop.time()))
        limit = chaos.scenario.troubles.jump
        jump(chaos, chaos.draw.choice(chaos.alive()), chaos.draw.uniform(-limit, limit))


async def _sample(day: Day, store: Store) -> None:
    """What waits, once a minute, as the product's own page of queues says it."""
    chaos = day.chaos
    while not day.ended:
        await asyncio.sleep(_SAMPLED)
        now = chaos.now()
        queues = await store.read(lambda tx, now=now: tx.views.queues(now))  # type: ignore[misc]
        age = {stage: (now - oldest) / 1_000_000 if oldest else 0.0 for stage, oldest in queues.oldest.items()}
        day.samples.append(Sample(chaos.loop.time(), queues.depth, age))


async def _told(day: Day, progress: Progress) -> None:
    while not day.ended:
        await asyncio.sleep(HOUR)
        progress(day)
