"""From committed command to committed outcome: milestones written to the simulated Odoo, which runs in a process of
its own on loopback.
"""

import argparse
import asyncio
import subprocess
import sys
from time import perf_counter
from typing import Any

import msgspec

from benchmarks.local.messages import SECRET
from benchmarks.local.worlds import open_world
from crossdock.backbone.breaker import Limits
from crossdock.backbone.deliver import Load
from crossdock.bootstrap import Hub
from crossdock.catalog import simulators
from crossdock.model.commands import RecordMilestone
from crossdock.model.identifiers import delivery_order_id, digest, trace_id_of
from crossdock.model.instants import stamp
from crossdock.ports.process import Priority
from crossdock.ports.stores_delivery import NewCommand
from crossdock.sim.server import LoopbackServer
from crossdock.transports.machine import FreshIds, RealClock

ORDERS = 200
CONCURRENCY = 8


async def deliver(url: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Carry out ``arguments.commands`` commands of 200 orders, each order in a lane of its own."""
    partner = subprocess.Popen([sys.executable, "-m", "benchmarks.local.deliveries"], stdout=subprocess.PIPE, text=True)
    try:
        assert partner.stdout is not None
        port = int(partner.stdout.readline())
        hub = await open_world(url, f"http://127.0.0.1:{port}", Limits(concurrency=CONCURRENCY))
        await _enqueue(hub, arguments.commands)
        took: list[float] = []
        started = perf_counter()
        await asyncio.gather(_drain(hub, arguments.commands, took))
        seconds = perf_counter() - started
        counts = await hub.store.read(lambda tx: tx.views.counts())
        await hub.close()
        await hub.store.close()
    finally:
        partner.terminate()
        partner.wait(timeout=10)
    if counts.queued or counts.parked or len(took) != arguments.commands:
        raise RuntimeError(f"not every command was carried out: {counts}, {len(took)} carried")
    took.sort()
    notes = f"{arguments.commands} milestones, {ORDERS} orders, {CONCURRENCY} at a time"
    p50, p99 = took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000
    rate = round(len(took) / seconds, 1)
    return [{"what": "delivery", "per_second": rate, "p50": round(p50, 2), "p99": round(p99, 2), "notes": notes}]


async def _drain(hub: Hub, commands: int, took: list[float]) -> None:
    """Claim as slots come free, as the engine does; p50 and p99 are of claim to committed outcome."""
    flying: set[asyncio.Task[None]] = set()

    async def carry(load: Load) -> None:
        started = perf_counter()
        await hub.engine.courier.carry(load)
        took.extend([perf_counter() - started] * len(load))

    while len(took) < commands:
        for load in await hub.engine.courier.claim():
            flying.add(asyncio.create_task(carry(load)))
        if flying:
            _, flying = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)


async def _enqueue(hub: Hub, commands: int) -> None:
    ids, now = FreshIds(), hub.clock.now()
    rows = []
    for number in range(commands):
        external = str(number % ORDERS + 1)
        subject = delivery_order_id("odoo", external)
        marker = digest(subject, str(number))[:16]
        when = stamp("2026-11-01T06:00:00Z")
        body = RecordMilestone(external, f"T{external}", "in_transit", "In transit", when, marker)
        rows.append(
            NewCommand(
                id=ids.fresh(now),
                key=digest("bench", str(number)),
                partner="odoo",
                subject=subject,
                kind="milestone.record.v1",
                body=msgspec.json.encode(body),
                priority=Priority.NORMAL,
                due_at=now,
                created_at=now,
                trace_id=trace_id_of(subject),
                cause="bench",
            )
        )
    await hub.store.run(lambda tx: tx.lanes.enqueue(rows))


async def _serve_odoo() -> None:
    simulator = simulators().get("odoo").build({"serie": "19.0", "database": "bench", "api_key": SECRET})
    simulator.control("confirm_orders", {"n": ORDERS}, RealClock().now())
    server = LoopbackServer(simulator, RealClock())
    print(server.port, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve_odoo())
