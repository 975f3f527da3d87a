"""Deadlines fire when they come, however many come together."""

import asyncio

import pytest

from crossdock.model.events import DeadlinePassed
from crossdock.ports.stores_delivery import DueTimer
from crossdock.sim.clock import VirtualClock
from hubs import Scripted, scripted_hub

SECOND = 1_000_000
MANY = 1_200


async def elapse(clock, seconds):
    """Let ``seconds`` pass, stopping wherever anybody wants to wake."""
    ends = clock.now() + round(seconds * SECOND)
    while clock.now() < ends:
        for _ in range(200):
            await asyncio.sleep(0)
        clock.advance_to(min(clock.next_due() or ends, ends))


@pytest.mark.req("E14")
async def test_more_deadlines_than_one_transaction_takes_fire_in_the_moment_they_come():
    clock = VirtualClock(auto=False)
    hub = scripted_hub(Scripted(), clock=clock)
    due = clock.now() + 7_300_000
    timers = [DueTimer(f"do:odoo:{number}", "pick", due + number % 3 * 40_000) for number in range(MANY)]
    await hub.store.run(lambda tx: tx.timers.set(timers))
    running = asyncio.create_task(hub.engine.run())
    await elapse(clock, 7.25)
    early = await hub.store.read(lambda tx: tx.log.read(dict.fromkeys(range(64), 0), MANY))
    await elapse(clock, 0.5)
    hub.engine.stop()
    while not running.done():
        await elapse(clock, 60)
    events = await hub.store.read(lambda tx: tx.log.read(dict.fromkeys(range(64), 0), 10 * MANY))
    fired = [event for event in events if isinstance(event.body, DeadlinePassed)]
    assert early == []
    assert sorted(event.subject for event in fired) == sorted(timer.subject for timer in timers)
    assert max(event.recorded_at - event.body.due_at for event in fired) <= 100_000
