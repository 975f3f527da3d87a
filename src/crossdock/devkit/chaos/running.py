"""Run one seed: the story of orders and parcels, what happens to processes, and the wait until all is at rest."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from crossdock.bootstrap import open_file
from crossdock.devkit.chaos.invariants import Finding, findings, is_quiet
from crossdock.devkit.chaos.loop import VirtualLoop
from crossdock.devkit.chaos.machine import Machine
from crossdock.devkit.chaos.noted import DELAYED, JUMP, REPEATED
from crossdock.devkit.chaos.scenarios import ChaosScenario
from crossdock.devkit.chaos.world import Chaos, build, bury, network, quiet_logs, receive, start
from crossdock.devkit.crashing import empty_database
from crossdock.ports.stores import Store
from crossdock.sim.inprocess import InProcessCaller
from crossdock.sim.webhooks import OutgoingWebhook

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_LONGEST = 3 * 3600.0
"""Virtual seconds after which a run that is not at rest is stuck."""
Judge = Callable[[Chaos, Store], Awaitable[list[Finding]]]
_JOURNEY = ("in_transit", "out_for_delivery", "delivered")


class Outcome(Struct, frozen=True):
    """What came of one seed: ``findings`` are broken promises, ``story`` the run line by line."""

    scenario: str
    seed: int
    findings: tuple[Finding, ...]
    fingerprint: str
    virtual_seconds: float
    steps: int
    deaths: int
    story: tuple[str, ...]


def run_seed(scenario: ChaosScenario, seed: int, empty: Path, judge: Judge = findings) -> Outcome:
    """Simulate one seed from an empty database (see `workspace`) and let ``judge`` look at what is left; the same seed
    gives the same fingerprint.
    """
    loop = VirtualLoop(seed)
    try:
        with quiet_logs():
            return loop.run_until_complete(_run(scenario, seed, empty, loop, judge))
    finally:
        loop.close()


def workspace() -> "tempfile.TemporaryDirectory[str]":
    """A folder in memory where there is one."""
    return tempfile.TemporaryDirectory(prefix="crossdock-chaos-", dir=_MEMORY if _MEMORY.is_dir() else None)


def prepare(folder: Path) -> Path:
    """An empty, migrated database in ``folder``."""
    return asyncio.run(empty_database(folder / "empty.db"))


async def _run(scenario: ChaosScenario, seed: int, empty: Path, loop: VirtualLoop, judge: Judge) -> Outcome:
    chaos = build(seed, scenario, empty, loop)
    store = open_file(chaos.database)
    try:
        await _play(chaos, store)
        found = await judge(chaos, store)
        for each in found:
            chaos.tell(f"BROKEN {each.promise}: {each.text}")
        deaths = sum(not each.alive for each in chaos.machines)
        return Outcome(
            scenario.name, seed, tuple(found), chaos.fingerprint(), loop.time(), loop.steps, deaths, tuple(chaos.story)
        )
    finally:
        await bury(chaos)
        await store.close()
        remove(chaos.database)


def remove(database: Path) -> None:
    """Take a simulated database away, with its log and the folder of large bodies beside it."""
    for path in database.parent.glob(f"{database.name}*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


async def _play(chaos: Chaos, store: Store) -> None:
    """Everything that happens, at once; ends when all is at rest or never will be."""
    wires = network(chaos)
    staff(chaos, wires)
    story = [asyncio.create_task(act) for act in (_order(chaos), _cancel(chaos), _jumps(chaos))]
    if chaos.scenario.invoice:
        story.append(asyncio.create_task(_travel(chaos)))
    pushes = asyncio.create_task(_webhooks(chaos))
    while chaos.loop.time() < _LONGEST:
        await asyncio.sleep(10)
        staff(chaos, wires)
        if all(act.done() for act in story) and await is_quiet(chaos, store):
            break
    for act in (*story, pushes):
        if act.done():
            act.result()
        act.cancel()


def staff(chaos: Chaos, wires: InProcessCaller) -> None:
    """As many processes as there should be: whoever watches over them starts another one where one died."""
    while len(chaos.alive()) < chaos.scenario.workers:
        start(chaos, wires)


async def _order(chaos: Chaos) -> None:
    """Orders are confirmed in Odoo one after the other."""
    scenario = chaos.scenario
    for number in range(1, scenario.orders + 1):
        await asyncio.sleep(chaos.draw.uniform(0, 60))
        parcels = {"1": 2} if number <= scenario.large else {}
        chaos.odoo.control("confirm_orders", {"n": 1, "parcels": parcels}, chaos.now())
        chaos.tell(f"order {number} is confirmed")


async def _cancel(chaos: Chaos) -> None:
    """Some of them are called off at any moment."""
    for number in range(chaos.scenario.cancelled):
        await asyncio.sleep(chaos.draw.uniform(1, 120))
        names = [name for name in sorted(chaos.odoo.state()) if name not in chaos.cancelled]
        if not names:
            continue
        name = chaos.draw.choice(names)
        arguments = {"model": "stock.picking", "method": "action_cancel", "ids": [chaos.odoo.state()[name]["id"]]}
        chaos.odoo.control("call", arguments, chaos.now())
        chaos.cancelled.add(name)
        chaos.tell(f"{name} is cancelled ({number + 1})")


async def _travel(chaos: Chaos) -> None:
    """Parcels with a label travel to their end; each step makes the carrier send a webhook."""
    steps: dict[str, int] = {}
    wanted = chaos.scenario.orders + chaos.scenario.large
    while sum(done == len(_JOURNEY) for done in steps.values()) < wanted:
        await asyncio.sleep(chaos.draw.uniform(5, 40))
        for name, carrier in chaos.carriers.items():
            for code in sorted(code for codes in carrier.live_labels().values() for code in codes):
                done = steps.get(code, 0)
                if done < len(_JOURNEY):
                    carrier.control("advance", {"tracking_code": code, "status": _JOURNEY[done]}, chaos.now())
                    chaos.tell(f"{name}: {code} is {_JOURNEY[done]}")
                    steps[code] = done + 1


async def _webhooks(chaos: Chaos) -> None:
    """Carriers push; the road is rough: late, out of order, twice."""
    roads: set[asyncio.Task[Any]] = set()
    while True:
        await asyncio.sleep(chaos.draw.uniform(0.05, 0.6))
        for name, carrier in chaos.carriers.items():
            for webhook in carrier.take_webhooks(chaos.now()):
                road = asyncio.create_task(bring(chaos, name, carrier, webhook))
                roads.add(road)
                road.add_done_callback(roads.discard)


async def bring(chaos: Chaos, name: str, carrier: Any, webhook: OutgoingWebhook) -> None:
    """One webhook on its road: late, and twice, as it may be."""
    troubles = chaos.scenario.troubles
    if chaos.draw.random() < troubles.delayed:
        since, pause = chaos.loop.time(), chaos.draw.uniform(0, 30)
        chaos.faults.note(DELAYED, name, since, since + pause, webhook.id)
        await asyncio.sleep(pause)
    status = await receive(chaos, name, webhook)
    if chaos.draw.random() < troubles.repeated:
        await asyncio.sleep(chaos.draw.uniform(0, 20))
        chaos.faults.note(REPEATED, name, chaos.loop.time(), what=webhook.id)
        status = await receive(chaos, name, webhook) or status
    carrier.webhook_answered(webhook, status, chaos.now())


async def _jumps(chaos: Chaos) -> None:
    """Clocks are put forward and back."""
    troubles = chaos.scenario.troubles
    for _ in range(chaos.draw.randint(*troubles.jumps)):
        await asyncio.sleep(chaos.draw.uniform(1, 120))
        jump(chaos, chaos.draw.choice(chaos.machines), chaos.draw.uniform(-troubles.jump, troubles.jump))


def jump(chaos: Chaos, machine: Machine, seconds: float) -> None:
    """Put a process's clock forward, or back."""
    machine.skew += round(seconds * 1_000_000)
    off = f"{machine.skew / 1e6:+.3f} s off"
    chaos.tell(f"the clock of {machine.name} is {off}")
    chaos.faults.note(JUMP, machine.name, chaos.loop.time(), what=off)
