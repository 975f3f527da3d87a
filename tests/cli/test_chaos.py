"""`crossdock chaos`: what it prints, and how it ends."""

from functools import partial

import pytest

from crossdock.devkit.chaos import campaign, running
from crossdock.devkit.chaos.invariants import Finding


@pytest.mark.req("K1", "K2")
def test_a_seed_tells_its_story_and_what_it_amounts_to(crossdock):
    answer = crossdock("chaos", "--scenario", "booking", "--seed", "1")
    assert answer.code == 0, answer.err
    assert "order 1 is confirmed" in answer.out
    assert "processes killed" in answer.out


def test_an_unknown_scenario_is_said_with_those_there_are(crossdock):
    answer = crossdock("chaos", "--scenario", "flood")
    assert answer.code == 2
    assert "takeover" in answer.err


@pytest.mark.req("K1")
def test_a_broken_promise_fails_the_command_and_says_how_to_see_it_again(crossdock, monkeypatch):
    async def broken(_chaos, _store):
        return [Finding("one live label per package", "there are two")]

    monkeypatch.setattr(campaign, "run_seed", partial(running.run_seed, judge=broken))
    answer = crossdock("chaos", "--scenario", "booking", "--seeds", "1", "--processes", "1")
    assert answer.code == 1
    assert "there are two" in answer.err
    assert "crossdock chaos --scenario booking --seed 1" in answer.err
    told = crossdock("chaos", "--scenario", "booking", "--seeds", "1", "--processes", "1", "--json")
    assert told.json["scenarios"]["booking"]["broken"] == 1
    assert told.json["broken"][0]["story"][-1].endswith("BROKEN one live label per package: there are two")


@pytest.mark.req("E14")
def test_a_week_of_silence_is_told_by_kind(crossdock):
    answer = crossdock("chaos", "silence", "--orders", "150", "--omissions", "20", "--seed", "2")
    assert answer.code == 0, answer.err
    assert "20 of 20 omissions found" in answer.out
    assert crossdock("chaos", "silence", "--orders", "150", "--omissions", "20", "--json").json["false"] == []
