"""Crossdock divided by roles among processes on one PostgreSQL: who answers what, who takes over, who is woken."""

import asyncio
import json
import signal
import time

import pytest

from cli.running import ended, installed, start
from kills.town import Town


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


@pytest.mark.req("K13")
async def test_sigterm_hands_the_partitions_over_at_once(town):
    first, _ = await town.staffed(2)
    assert sorted((await held(town)).values()) == [32, 32]
    first.signal(signal.SIGTERM)
    started = time.monotonic()

    async def taken_over() -> bool:
        return list((await held(town)).values()) == [64]

    await town.until(taken_over, "the other has everything", 4)
    assert time.monotonic() - started < 4, "before any lease of 5 s could run out"
    assert await first.process.wait() == 0


@pytest.mark.req("K13")
async def test_a_newcomer_gets_its_share_while_the_others_go_on(town):
    await town.staffed(1)
    assert list((await held(town)).values()) == [64]
    town.order(8)
    load = asyncio.create_task(town.hooks(300, callers=2))
    newcomer = await town.serve("worker")
    await newcomer.ready()

    async def shared() -> bool:
        return sorted((await held(town)).values()) == [32, 32]

    await town.until(shared, "half of the partitions", 4)
    await load
    await town.shipped(8)
    await town.judge(8)


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


async def test_roles_are_refused_on_sqlite(tmp_path):
    config = installed(tmp_path)
    code, _, said = await ended(await start("serve", "--config", config, "--role", "worker"))
    assert code == 2
    assert "Roles need PostgreSQL" in said
