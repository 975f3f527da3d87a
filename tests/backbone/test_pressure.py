"""Too much at once: who is served first, who is not starved, and what holds for all processes together."""

import asyncio
from collections import Counter

import msgspec
import pytest

from crossdock.backbone.breaker import Limits
from crossdock.bootstrap import Sizes
from crossdock.model.commands import RecordNote
from crossdock.ports.connector import Received
from crossdock.ports.verdicts import Done
from crossdock.sim.clock import VirtualClock
from crossdock.storage.opening import open_store
from hubs import Scripted, scripted_hub
from storage.made import command

SECOND = 1_000_000
NOTE = msgspec.json.encode(RecordNote("do:odoo:7", "text", "marker"))


class Slow(Scripted):
    """Answers after a while on the test's clock, and remembers how many calls were open at a time."""

    def __init__(self, partner: str, clock: VirtualClock, seconds: float) -> None:
        super().__init__(partner)
        self.clock, self.seconds = clock, seconds
        self.open = self.most = 0
        self.finished: list[tuple[int, str]] = []

    async def send(self, command, documents):
        self.open += 1
        self.most = max(self.most, self.open)
        await self.clock.sleep(self.seconds)
        self.open -= 1
        self.finished.append((self.clock.now(), command.key))
        return Done()


class Hung(Scripted):
    """Accepts, and never answers."""

    async def send(self, command, documents):
        await asyncio.Event().wait()


def queue(prefix, count, partner="carrier", priority=50, now=0):
    return [
        command(
            f"{prefix}{number:06d}",
            partner=partner,
            subject=f"{prefix}{number}",
            priority=priority,
            due_at=now,
            body=NOTE,
        )
        for number in range(count)
    ]


async def passing(clock, seconds, *hubs, step=0.05):
    """Let so many seconds go by on the clock, every process claiming whenever it has a slot."""
    carrying = []
    for _ in range(round(seconds / step)):
        for hub in hubs:
            carrying += [
                asyncio.create_task(hub.engine.courier.carry(load)) for load in await hub.engine.courier.claim()
            ]
        await settled()
        clock.advance(step)
        await settled()
    return carrying


async def settled():
    """Let everything run that can, without moving the clock."""
    for _ in range(60):
        await asyncio.sleep(0)


@pytest.mark.req("K12")
async def test_ten_express_labels_pass_fifty_thousand_batch_commands():
    """The partner takes 20 calls a second: the batch needs 42 minutes, the express labels less than three seconds."""
    clock = VirtualClock(auto=False)
    partner = Slow("carrier", clock, 0.2)
    hub = scripted_hub(partner, clock=clock, limits=Limits(per_second=20, burst=5, concurrency=4))
    now = clock.now()
    for start in range(0, 50_000, 5_000):
        batch = queue(f"batch{start}-", 5_000, priority=70, now=now)
        await hub.store.run(lambda tx, batch=batch: tx.lanes.enqueue(batch))
    await passing(clock, 2, hub)
    asked_at = clock.now()
    express = queue("express", 10, priority=10, now=asked_at)
    await hub.store.run(lambda tx: tx.lanes.enqueue(express))
    await passing(clock, 3, hub)
    took = [at - asked_at for at, name in partner.finished if name.startswith("key-express")]
    assert len(took) == 10
    assert max(took) < 3 * SECOND
    assert len(partner.finished) > 10, "the batch goes on with what is left"


@pytest.mark.req("K6", "K8")
async def test_a_partner_that_never_answers_does_not_starve_another():
    clock = VirtualClock(auto=False)
    hung, well = Hung("hung"), Slow("well", clock, 0.1)
    hub = scripted_hub(hung, well, clock=clock)
    now = clock.now()
    commands = queue("h", 200, "hung", 10, now) + queue("w", 40, "well", 70, now)
    await hub.store.run(lambda tx: tx.lanes.enqueue(commands))
    carrying = await passing(clock, 3, hub)
    assert len(well.finished) == 40
    for each in carrying:
        each.cancel()
    await asyncio.gather(*carrying, return_exceptions=True)


@pytest.mark.req("K7", "K8")
async def test_a_flood_from_one_partner_does_not_hold_up_the_messages_of_another():
    hub = scripted_hub(Scripted("noisy"), Scripted("quiet"))
    for number in range(2_000):
        await hub.intake.accept("noisy", Received("events", b"[]", {}, hub.clock.now() + number))
    told = await hub.intake.accept("quiet", Received("events", b"[]", {}, hub.clock.now() + 5_000))
    await hub.engine.translate()
    row = (await hub.store.read(lambda tx: tx.views.exchange(told.exchange_id))).row
    assert row.status == "translated", "in the first batch, behind two thousand that came before it"
    waiting = await hub.store.read(lambda tx: tx.exchanges.received(range(64), 3_000))
    assert [each.received_at for each in waiting] == sorted(each.received_at for each in waiting)


@pytest.fixture(params=["sqlite", "postgresql"])
def two_stores(request, tmp_path):
    """The address of one database that two processes share."""
    if request.param == "postgresql":
        return request.getfixturevalue("migrated_postgres_url")
    url = f"sqlite:///{tmp_path / 'shared.db'}"

    async def make():
        store = open_store(url, threads=False)
        await store.migrate()
        await store.close()

    asyncio.run(make())
    return url


@pytest.mark.req("K6", "K7", "K13")
async def test_a_partners_throttle_holds_for_all_processes_together(two_stores):
    clock = VirtualClock(auto=False)
    partner = Slow("carrier", clock, 0.3)
    limits = Limits(per_second=5, burst=2, concurrency=3)
    hubs = [
        scripted_hub(partner, url=two_stores, clock=clock, limits=limits, seed=number, owner=f"w{number}")
        for number in range(3)
    ]
    now = clock.now()
    await hubs[0].store.run(lambda tx: tx.lanes.enqueue(queue("c", 100, now=now)))
    await patient(clock, 6, *hubs)
    assert 0 < len(partner.finished) <= 2 + 5 * 6
    assert partner.most <= 3, "calls at the same time, whoever makes them"
    assert len(partner.finished) == len({name for _, name in partner.finished})
    for hub in hubs:
        await hub.store.close()


@pytest.mark.req("K13")
async def test_slots_of_a_process_that_died_come_free_with_its_claims(two_stores):
    clock = VirtualClock(auto=False)
    limits = Limits(concurrency=2)
    died = scripted_hub(Hung("carrier"), url=two_stores, clock=clock, limits=limits, owner="died")
    lives = scripted_hub(Scripted("carrier"), url=two_stores, clock=clock, limits=limits, owner="lives")
    now = clock.now()
    await died.store.run(lambda tx: tx.lanes.enqueue(queue("c", 6, now=now)))
    assert len(await died.engine.courier.claim()) == 2
    assert await lives.engine.courier.claim() == []
    clock.advance(Sizes().claim_seconds + 1)
    assert Counter(load[0].doubtful for load in await lives.engine.courier.claim()) == {True: 2}
    for hub in (died, lives):
        await hub.store.close()


async def patient(clock, seconds, *hubs):
    """As `passing`, with a database behind a network: it gets real moments to answer."""
    carrying = []
    for _ in range(round(seconds / 0.1)):
        for hub in hubs:
            carrying += [
                asyncio.create_task(hub.engine.courier.carry(load)) for load in await hub.engine.courier.claim()
            ]
        clock.advance(0.1)
        await asyncio.sleep(0.01)
    clock.advance(1)
    await asyncio.gather(*carrying)
