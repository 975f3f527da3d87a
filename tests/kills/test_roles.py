"""Crossdock divided by roles among processes on one PostgreSQL: who answers what, who takes over, who is woken."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from cli.running import ended, installed, start
from kills.town import SLOW, Town


@pytest.fixture
async def town(tmp_path, postgres_url):
    async with Town(tmp_path, postgres_url) as town:
        yield town


def held(town):
    """Partitions by process, by what the leases say."""

    async def ask():
        members = await town.store.read(lambda tx: tx.leases.members(town.clock.now()))
        return {each.owner: each.held.get("worker", 0) for each in members if "worker" in each.roles}

    return ask()


@pytest.mark.slow
@pytest.mark.req("K13", "N5", "L2")
async def test_every_role_does_its_own_and_all_together_ship(town):
    workers = await town.staffed(2, roles=("intake", "scheduler", "tower"))
    intake, scheduler, tower = town.processes[:3]
    town.order(6)
    await town.hooks(40)
    assert set(town.answers) == {202}
    await town.shipped(6)
    await town.judge(6)
    assert json.loads((await intake.ask("/readyz"))[1])["roles"] == ["intake"]
    assert json.loads((await scheduler.ask("/readyz"))[1])["feeds"] == 64
    shares = [json.loads((await each.ask("/readyz"))[1])["partitions"] for each in workers]
    assert shares == [32, 32]
    assert (await tower.ask("/v1/shipments"))[0] == 401
    for each in (intake, scheduler, *workers):
        assert (await each.ask("/v1/shipments"))[0] == 404
        assert (await each.ask("/metrics"))[0] == 200

    async def measured() -> bool:
        return b'crossdock_queue_age_seconds{stage="due"}' in (await tower.ask("/metrics"))[1]

    await town.until(measured, "the tower shows how old the queues are", 20)


@pytest.mark.slow
@pytest.mark.req("K13")
async def test_a_newcomer_gets_its_share_and_whoever_leaves_hands_over_at_once(town):
    """Before any lease of 5 s could run out, and while the load goes on."""
    [first] = await town.staffed(1)
    town.order(8)
    load = asyncio.create_task(town.hooks(300, callers=2))
    newcomer = await town.serve("worker")
    await newcomer.ready()

    async def shared() -> bool:
        return sorted((await held(town)).values()) == [32, 32]

    await town.until(shared, "half of the partitions", 4)
    assert {"intake", "scheduler", "worker"} == {role for each in await census(town) for role in each["roles"]}
    first.signal(signal.SIGTERM)

    async def taken_over() -> bool:
        return list((await held(town)).values()) == [64]

    await town.until(taken_over, "the other has everything", 4)
    assert await first.process.wait() == 0
    await load
    await town.shipped(8)
    await town.judge(8)


async def census(town) -> list[dict]:
    """What `crossdock workers` says."""
    code, out, said = await ended(await start("workers", "--config", town.config, "--json"), 60)
    assert code == 0, said
    return json.loads(out)["processes"]


@pytest.mark.slow
@pytest.mark.req("K1", "K7", "K8", "K10")
async def test_intake_answers_while_everything_behind_it_is_down_and_nothing_else_holds_up_shipping(town):
    """First nobody but intake runs; then workers and a scheduler, but no tower and no collector of traces."""
    intake = await town.serve("intake", migrate=True)
    await intake.ready()
    await town.hooks(300)
    before = resident(intake)
    town.order(4)
    await town.hooks(3000)
    assert set(town.answers) == {202}
    assert resident(intake) - before < 40, "megabytes: what waits is in the database, not in memory"
    waiting = await town.store.read(lambda tx: tx.views.queues(town.clock.now()))
    assert waiting.depth["received"] == 3300
    assert waiting.oldest["received"] > 0
    assert town.labels() == {}
    for role in ("worker", "scheduler"):
        await town.serve(role)
    await town.shipped(4)
    await town.judge(4)


@SLOW
@pytest.mark.req("K7")
async def test_a_slow_system_of_record_holds_up_its_own_writes_only(tmp_path, postgres_url):
    """Odoo takes two calls a second: intake goes on, memory stays flat, and the age of the queue is shown."""
    async with Town(tmp_path, postgres_url, throttle="per_second: 2, burst: 1, concurrency: 1") as town:
        [worker] = await town.staffed(1, roles=("intake", "scheduler", "tower"))
        town.order(10)
        await town.hooks(200)
        memory = [resident(worker), resident(town.processes[0])]
        seen = []

        async def due() -> bool:
            seen.append((await town.store.read(lambda tx: tx.views.queues(town.clock.now()))).depth["due"])
            return seen[-1] >= 3

        await town.until(due, "writes that wait for Odoo")
        await town.hooks(1500)
        assert set(town.answers) == {202}
        grown = [resident(worker) - memory[0], resident(town.processes[0]) - memory[1]]
        assert max(grown) < 40
        text = (await town.processes[2].ask("/metrics"))[1].decode()
        assert 'crossdock_queue_age_seconds{stage="due"}' in text
        await town.shipped(10)
        await town.judge(10)


def resident(process) -> float:
    """Megabytes in memory."""
    return int(Path(f"/proc/{process.process.pid}/statm").read_text().split()[1]) * 4096 / 1e6


@SLOW
@pytest.mark.req("K13")
async def test_without_any_notification_the_polling_net_finds_all_work(tmp_path, postgres_url):
    """``pooler=transaction`` gives up LISTEN: what another process commits is found by looking."""
    mark = "&" if "?" in postgres_url else "?"
    async with Town(tmp_path, f"{postgres_url}{mark}pooler=transaction") as town:
        await town.staffed(1)
        town.order(3)
        await town.hooks(20)
        await town.shipped(3)
        await town.judge(3)


@pytest.mark.req("K13", "N1")
async def test_the_whole_road_behind_a_pooler_in_transaction_mode(tmp_path, pooler):
    """Fewer server connections than processes have; no LISTEN, no prepared statements that outlive a transaction."""
    async with Town(tmp_path, pooler) as town:
        await town.staffed(2)
        town.order(5)
        await town.hooks(100)
        await town.shipped(5)
        await town.judge(5)


async def test_roles_are_refused_on_sqlite(tmp_path):
    config = installed(tmp_path)
    code, _, said = await ended(await start("serve", "--config", config, "--role", "worker"))
    assert code == 2
    assert "Roles need PostgreSQL" in said
