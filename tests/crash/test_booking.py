"""The booking path, killed at every I/O step and in seeded combinations: one live label per parcel, always."""

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from crash.world import Landscape
from crossdock.devkit.crashing import empty_database
from slowly import few

SEEDS = int(os.environ.get("CROSSDOCK_SEEDS", "60"))
BLOCKS = 10
"""A tenth of them at every change, the others with `make slow`; `make chaos` asks for many more seeds."""


def check(landscape: Landscape) -> None:
    """The promises, judged by the partners' own books."""
    labels = landscape.carrier.live_labels()
    assert all(len(codes) == 1 for codes in labels.values()), f"a parcel has several live labels: {labels}"
    assert len(labels) == landscape.orders + 1, "two orders, one of them of two parcels"
    bought = sorted(code for codes in labels.values() for code in codes)
    rows = landscape.odoo.state().values()
    referenced = sorted(code for row in rows for code in row["tracking"].split(","))
    assert referenced == bought
    names = Counter(name for row in rows for name in row["attachments"])
    assert sorted(name.partition(".")[0] for name in names) == bought
    assert set(names.values()) == {1}, f"a label is attached twice: {names}"
    notes = Counter(note for row in rows for note in row["notes"])
    assert not [note for note, count in notes.items() if count > 1]


@pytest.fixture
async def empty(tmp_path: Path) -> Path:
    return await empty_database(tmp_path / "empty.db")


async def clean_run(empty: Path) -> list[str]:
    landscape = Landscape(empty, 0)
    await landscape.live()
    check(landscape)
    return landscape.fuse.steps


@pytest.mark.req("C4", "K1", "K2")
@pytest.mark.parametrize("first", few(range(1, BLOCKS + 1)))
async def test_a_death_at_any_io_step_leaves_one_live_label_per_parcel(empty, first):
    steps = await clean_run(empty)
    assert len(steps) > 60
    for death in range(first, len(steps) + 1, BLOCKS):
        landscape = Landscape(empty, death, death)
        await landscape.live()
        assert len(landscape.deaths) == 1
        check(landscape)


@pytest.mark.req("C4", "K1", "K2")
@pytest.mark.parametrize("block", few(range(BLOCKS)))
async def test_seeded_deaths_with_lost_answers_leave_one_live_label_per_parcel(empty, block):
    for seed in range(block, SEEDS, BLOCKS):
        chosen = random.Random(seed)
        deaths = chosen.sample(range(1, 160), chosen.randint(1, 4))
        landscape = Landscape(empty, seed, *deaths)
        landscape.lose_answers(chosen.choice((0.0, 0.1, 0.3)))
        await landscape.live()
        check(landscape)


@pytest.mark.req("C4", "K13")
@pytest.mark.parametrize("block", few(range(BLOCKS)))
async def test_two_workers_at_once_leave_one_live_label_per_parcel(empty, block):
    for seed in range(block, 20, BLOCKS):
        landscape = Landscape(empty, seed)
        first, second = await landscape.worker(), await landscape.worker()
        turns = random.Random(seed)
        for _ in range(300):
            hub = turns.choice((first, second))
            await hub.engine.lease()
            await hub.engine.poll("odoo", "deliveries")
            step = turns.choice((hub.engine.translate, hub.engine.reduce, hub.engine.deliver))
            await step()
            await landscape.carry_webhooks(hub)
            landscape.clock.advance(turns.choice((0, 1, 5)))
        await landscape.live()
        check(landscape)
