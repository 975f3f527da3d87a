"""A story holds although Crossdock dies in it, and one that would not hold is found."""

import pytest

from crossdock.connectors.easypost.client.booking import Booking
from crossdock.devkit.crashing import Crash, Fuse, Life
from crossdock.devkit.stories.deaths import campaign, quiet, survive
from crossdock.devkit.stories.format import read_story
from crossdock.devkit.stories.playing import Trouble, play
from crossdock.ports.verdicts import Done
from devkit.stories import SMALL

BOUGHT = "after POST https://post.example/v#/shipments/shp_#/buy"


@pytest.fixture(scope="module")
def written():
    return read_story(SMALL, "small.yaml")[0]


@pytest.fixture(scope="module")
def steps(written):
    played, steps = quiet(written)
    assert played.ok
    return steps


@pytest.mark.req("K1", "K2")
def test_a_scenario_holds_although_crossdock_dies_in_it():
    """One seed of one scenario; `make chaos` plays all of them under many."""
    [(_, survived)] = campaign(["order-to-ship"], range(1, 2), grace=10, processes=1)
    assert survived.where, "it died"
    assert [f"{each.line}: {each.text}: {each.found}" for each in survived.failed] == []


def test_the_same_seed_dies_the_same_deaths(written, steps):
    struck = {seed: survive(written, steps, seed, 10) for seed in range(1, 7)}
    assert all(each.ok and each.where for each in struck.values())
    assert survive(written, steps, 3, 10) == struck[3]
    assert len({each.where for each in struck.values()}) > 3


@pytest.mark.req("K1", "C5")
def test_a_purchase_nobody_heard_of_is_asked_after_and_not_made_again(written, steps):
    fuse = Fuse(steps.index(BOUGHT) + 1)
    assert play(written, trouble=Trouble(fuse, 10)).ok
    assert fuse.steps[steps.index(BOUGHT)] == BOUGHT


def test_a_connector_that_takes_silence_for_success_is_found_out(written, steps, monkeypatch):
    async def believes(*_of_the_call):
        return Done()

    monkeypatch.setattr(Booking, "settle", believes)
    lines = play(written, trouble=Trouble(Fuse(steps.index(BOUGHT) + 1), 10)).lines
    assert [each.text for each in lines if not each.ok] == ["by 08:01: order_to_ship of S1 is labelled"]


def test_what_comes_later_than_the_grace_is_said(written, steps):
    late = play(written, trouble=Trouble(Fuse(steps.index(BOUGHT) + 1), 0))
    assert [each.part for each in late.lines if not each.ok] == ["then"] * sum(not each.ok for each in late.lines)
    assert not late.ok


def test_the_dead_reach_nothing_any_more_and_whoever_follows_does():
    fuse = Fuse(1)
    life = Life(fuse)
    for name in ("a call", "what it still had under way"):
        with pytest.raises(Crash):
            life.step(name)
    Life(fuse).step("a call of the next one")
    assert fuse.steps == ["a call", "a call of the next one"]
