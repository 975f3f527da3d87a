"""Mail killed anywhere: a worker dies in the middle of a conversation, answers are lost, and nobody is mailed twice."""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path
from shutil import copy

import pytest
from msgspec import structs

from crossdock.devkit.crashing import empty_database
from crossdock.model import events as ev
from mailing import HOUR, MONDAY, POLICY, booked, opened, order, rows, scanned, tell, telling
from slowly import few

SEEDS = int(os.environ.get("CROSSDOCK_SEEDS", "60")) // 2
STORY = ("in_transit", "delayed", "delivery_attempted", "delivered")
TOLD = {"in_transit": "in_transit", "delayed": "delayed", "exception": "delivery_attempted", "delivered": "delivered"}


async def _dies(hub, chosen: random.Random) -> None:
    """Deliver, and drop everything after a random number of turns of the loop."""
    work = asyncio.ensure_future(hub.engine.deliver())
    for _ in range(chosen.randint(0, 60)):
        await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def _life(path: Path, seed: int, *, knows: bool, mode: str):
    chosen = random.Random(seed)
    policy = structs.replace(POLICY, max_age_hours=500.0)
    async with opened(deduplicates=knows) as post:
        url = f"sqlite:///{path}"
        for number, milestone in enumerate(STORY):
            hub = telling(post, policy=policy, url=url, seed=seed * 100 + number, on_lost_answer=mode)
            if not number:
                await tell(hub, ev.FulfilmentRequested(order()), booked())
            if chosen.random() < 0.5:
                post.simulator.control("script", {"stage": "message", "code": 0}, 0)
            post.clock.advance_to(MONDAY + number * HOUR)
            await tell(hub, scanned(milestone, post.clock.now()), settle=False)
            await hub.engine.reduce()
            if chosen.random() < 0.7:
                await _dies(hub, chosen)
            else:
                await hub.engine.deliver()
            await hub.store.close()
        hub = telling(post, policy=policy, url=url, seed=seed * 100 + 99, on_lost_answer=mode)
        for hours in range(len(STORY), len(STORY) + 6):  # the claims of the dead run out, retries come due
            post.clock.advance_to(MONDAY + hours * HOUR)
            await hub.engine.settle_all()
        standing = await rows(hub)
        await hub.store.close()
        return post, standing


def _mails(post) -> Counter:
    return Counter(each.message_id for each in post.simulator.letters)


@pytest.fixture
async def empty(tmp_path: Path) -> Path:
    return await empty_database(tmp_path / "empty.db")


@pytest.mark.req("E12", "K1", "K2")
@pytest.mark.parametrize("block", few(range(4)))
async def test_where_the_server_knows_message_ids_every_notice_arrives_exactly_once(empty, tmp_path, block):
    lost = 0
    for seed in range(block * SEEDS // 4, (block + 1) * SEEDS // 4):
        path = tmp_path / f"{seed}.db"
        copy(empty, path)
        post, standing = await _life(path, seed, knows=True, mode="resend")
        told = {kind for kind, (step, _) in standing.items() if step == "sent"}
        dropped = {kind for kind, (step, _) in standing.items() if step == "dropped"}
        assert told | dropped == set(TOLD), f"seed {seed}: {standing}"
        assert set(_mails(post).values()) <= {1}, f"seed {seed} mailed twice"
        lost += len(post.simulator.ledger.of("mail.duplicate"))
        assert "delivered" in told, f"seed {seed}: {standing}"
    assert lost, "no seed lost an answer: the test shows nothing"


@pytest.mark.req("E12", "K1", "K2")
@pytest.mark.parametrize("block", few(range(4)))
async def test_with_any_server_nobody_is_mailed_twice_when_a_lost_answer_counts_as_sent(empty, tmp_path, block):
    assumed = 0
    for seed in range(block * SEEDS // 4, (block + 1) * SEEDS // 4):
        path = tmp_path / f"{seed}.db"
        copy(empty, path)
        post, standing = await _life(path, seed, knows=False, mode="assume_sent")
        assert set(_mails(post).values()) <= {1}, f"seed {seed} mailed twice"
        assert {step for step, _ in standing.values()} <= {"sent", "assumed", "dropped"}, f"seed {seed}: {standing}"
        assumed += sum(step == "assumed" for step, _ in standing.values())
    assert assumed, "no seed lost an answer: the test shows nothing"
