"""A process of Crossdock that stops speaking is an alert, until it speaks again or is replaced."""

import pytest

from crossdock.backbone.silent_workers import SilentWorkers
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.ports.leases import Role
from crossdock.processes.exception_desk import exception_desk
from crossdock.processes.exception_policy import DeskPolicy
from crossdock.sim.clock import VirtualClock
from hubs import Scripted, scripted_hub

SECOND = 1_000_000
LEASE = 30 * SECOND


@pytest.fixture
async def hub():
    hub = scripted_hub(Scripted("ups"), processes=[exception_desk(DeskPolicy())])
    await hub.store.migrate()
    yield hub
    await hub.store.close()


async def speaks(hub, owner, now, *roles):
    await hub.store.run(lambda tx: tx.leases.present(owner, roles or (Role.WORKER,), now, now + LEASE))


async def look(hub, now, owner="hub9-1-dddddd"):
    moved = await SilentWorkers(hub.store, VirtualClock(now), 30, owner)(now)
    while await hub.engine.reduce():
        pass
    return moved


async def standing(hub):
    rows, _ = await hub.store.read(lambda tx: tx.views.exceptions())
    return [(row.subject, row.case.queue, row.case.severity) for row in rows]


@pytest.mark.req("E14", "L18", "K13")
async def test_one_that_dies_is_an_alert_once_and_ends_when_another_takes_its_place(hub):
    now = hub.clock.now()
    await speaks(hub, "hub1-1-aaaaaa", now)
    await speaks(hub, "hub2-7-bbbbbb", now, Role.SCHEDULER)
    assert await look(hub, now + LEASE - 1) == 0
    await speaks(hub, "hub2-7-bbbbbb", now + LEASE)
    assert await look(hub, now + LEASE + 5 * SECOND) == 1
    assert await look(hub, now + LEASE + 6 * SECOND) == 0
    assert await standing(hub) == [("worker:hub1-1-aaaaaa", "technical", "high")]
    [alert] = await hub.store.read(lambda tx: tx.alerts.latest())
    assert (alert.kind, alert.occasion) == ("worker.silent", "raised")
    events = await hub.store.read(lambda tx: tx.log.of_subject("worker:hub1-1-aaaaaa"))
    [raised] = [each.body for each in events if isinstance(each.body, ExceptionRaised)]
    assert "hub1-1-aaaaaa (worker) stopped speaking" in raised.text
    assert "5 s ago" in raised.text
    await speaks(hub, "hub1-9-cccccc", now + 2 * LEASE)
    await speaks(hub, "hub2-7-bbbbbb", now + 2 * LEASE)
    assert await look(hub, now + 2 * LEASE + SECOND) == 1
    assert await standing(hub) == []


@pytest.mark.req("E14", "K13")
async def test_one_that_paused_and_speaks_again_ends_it_and_may_fall_silent_anew(hub):
    now = hub.clock.now()
    await speaks(hub, "hub1-1-aaaaaa", now)
    assert await look(hub, now + LEASE + SECOND) == 1
    await speaks(hub, "hub1-1-aaaaaa", now + 2 * LEASE)
    assert await look(hub, now + 2 * LEASE + SECOND) == 1
    assert await standing(hub) == []
    assert await look(hub, now + 4 * LEASE) == 1
    events = await hub.store.read(lambda tx: tx.log.of_subject("worker:hub1-1-aaaaaa"))
    said = [type(each.body) for each in events if isinstance(each.body, ExceptionRaised | ExceptionResolved)]
    assert said == [ExceptionRaised, ExceptionResolved, ExceptionRaised]


@pytest.mark.req("K13")
async def test_one_that_takes_its_leave_and_one_that_was_replaced_are_no_alert(hub):
    now = hub.clock.now()
    await speaks(hub, "hub1-1-aaaaaa", now)
    await speaks(hub, "hub1-2-bbbbbb", now)
    await hub.store.run(lambda tx: tx.leases.release("hub1-1-aaaaaa"))
    await speaks(hub, "hub1-3-cccccc", now + LEASE)
    assert await look(hub, now + LEASE + SECOND) == 0
    assert await standing(hub) == []


@pytest.mark.req("K13")
async def test_whoever_looks_lives_whatever_its_lease_says(hub):
    """A process that was paused, or a simulated one, may look before it renews."""
    now = hub.clock.now()
    await speaks(hub, "hub1-1-aaaaaa", now)
    assert await look(hub, now + 3 * LEASE, owner="hub1-1-aaaaaa") == 0
    assert await look(hub, now + 3 * LEASE) == 1
    assert await look(hub, now + 4 * LEASE, owner="hub1-1-aaaaaa") == 1
    assert await standing(hub) == []


@pytest.mark.req("K13")
async def test_a_single_process_that_is_started_again_after_a_crash_is_no_alert(hub):
    now = hub.clock.now()
    await speaks(hub, "hub1-1-aaaaaa", now)
    await speaks(hub, "hub1-2-bbbbbb", now + LEASE)
    assert await look(hub, now + LEASE + SECOND, owner="hub1-2-bbbbbb") == 0
