"""The exception desk under seeds that decide everything: processes die, answers are lost, and every promise holds."""

from pathlib import Path

import pytest

from crossdock.devkit.chaos import invariants, world
from crossdock.devkit.chaos.running import prepare, run_seed, workspace
from crossdock.devkit.chaos.scenarios import SCENARIOS
from crossdock.processes.exception_desk import exception_desk
from crossdock.processes.exception_policy import DeskPolicy, Step, Team, Terms
from crossdock.processes.tracking_exceptions import TrackingExceptionsPolicy, tracking_exceptions

POLICY = DeskPolicy(
    teams={"carriers-desk": Team(ladder=(Step("lead"), Step("head", 1)))},
    terms={"booking": Terms("high", 1, 2), "order": Terms("high", 1, 2), "address": Terms("normal", 1, 2)},
    activity_from="",
)


@pytest.fixture(scope="module")
def empty():
    with workspace() as folder:
        yield prepare(Path(folder))


@pytest.mark.req("K1", "H9", "L18")
@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_promise_holds_with_a_desk_for_exceptions(empty, name, monkeypatch):
    usual = world.processes

    def with_desk(chaos):
        return [*usual(chaos), tracking_exceptions(TrackingExceptionsPolicy(proof_hours=1)), exception_desk(POLICY)]

    monkeypatch.setattr(world, "processes", with_desk)
    monkeypatch.setattr(invariants, "processes", with_desk, raising=False)
    for seed in (1, 2):
        outcome = run_seed(SCENARIOS[name], seed, empty)
        assert not outcome.findings, f"seed {seed}: {outcome.findings}"
