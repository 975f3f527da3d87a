"""What somebody may have meant who slipped on the keyboard."""

import pytest

from crossdock.views.searching import distance, nearest
from views.seeding import open_seeded


@pytest.fixture
async def store(tmp_path):
    made = await open_seeded(tmp_path)
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("one", "other", "away"),
    [("SO0007", "SO0007", 0), ("S0O007", "SO0007", 1), ("SOO007", "SO0007", 1), ("SO007", "SO0007", 1),
     ("SO00077", "SO0007", 1), ("OS0007", "SO0007", 1), ("XX0007", "SO0007", 2), ("", "abc", 3),
     ("abcdef", "uvwxyz", 3)],
)  # fmt: skip
def test_keystrokes_are_counted_up_to_what_matters(one, other, away):
    assert distance(one, other, 2) == away


@pytest.mark.req("L2")
@pytest.mark.parametrize("slip", ["SOO007", "S0O007", "SO007", "SO00O7", "so0077", "94001000000000000000O7"])
async def test_what_was_meant_is_found(store, slip):
    found = await store.read(lambda tx: nearest(tx, slip))
    assert found[0].subject == "do:odoo:7"


@pytest.mark.parametrize("text", ["", "SO", "zzzzzz", "x" * 300])
async def test_what_is_like_nothing_finds_nothing(store, text):
    assert await store.read(lambda tx: nearest(tx, text)) == []
