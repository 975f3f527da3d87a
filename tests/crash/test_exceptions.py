"""The exception desk under seeds that decide everything: processes die, answers are lost, and every promise holds."""

from collections import Counter
from pathlib import Path

import pytest
from msgspec import structs

from crossdock.devkit.chaos import invariants, world
from crossdock.devkit.chaos.running import prepare, run_seed, workspace
from crossdock.devkit.chaos.scenarios import SCENARIOS
from crossdock.model.events import type_of
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.ports.process import Decision, Process
from crossdock.processes.exception_desk import exception_desk
from crossdock.processes.exception_policy import DeskPolicy, Step, Team, Terms
from crossdock.processes.tracking_exceptions import TrackingExceptionsPolicy, tracking_exceptions
from slowly import few

POLICY = DeskPolicy(
    teams={"carriers-desk": Team(ladder=(Step("lead"), Step("head", 1)))},
    owners={"order": "carriers-desk"},
    terms={"booking": Terms("high", 1, 2), "order": Terms("high", 1, 2)},
)


def nuisance() -> Process:
    """Something is wrong with every order until it has a label, and with every one after it was booked."""

    def decide(situation):
        body, key = situation.event.body, situation.event.key
        match type_of(body):
            case "fulfilment.requested.v1":
                return Decision(key.encode(), events=(ExceptionRaised("weight.missing", "t", "/x", key),))
            case "shipment.booked.v1":
                return Decision(
                    situation.process, events=(ExceptionRaised("order.changed_after_release", "t", "", key),)
                )
        ended = ExceptionResolved("weight.missing", "/x", situation.process.decode())
        return Decision(situation.process, events=(ended,))

    handled = frozenset({"fulfilment.requested.v1", "shipment.booked.v1", "label.received.v1"})
    return Process("nuisance", 1, handled, decide)


@pytest.fixture(scope="module")
def empty():
    with workspace() as folder:
        yield prepare(Path(folder))


@pytest.mark.req("K1", "H9", "L18")
@pytest.mark.parametrize("name", few(sorted(SCENARIOS), 2))
def test_every_promise_holds_with_a_desk_for_exceptions(empty, name, monkeypatch):
    said, usual, desk = Counter(), world.processes, exception_desk(POLICY)

    def heard(situation):
        decision = desk.decide(situation)
        said.update(type_of(body) for body in decision.events)
        return decision

    def with_desk(chaos):
        carriers = tracking_exceptions(TrackingExceptionsPolicy(proof_hours=1))
        return [*usual(chaos), nuisance(), carriers, structs.replace(desk, decide=heard)]

    monkeypatch.setattr(world, "processes", with_desk)
    monkeypatch.setattr(invariants, "processes", with_desk)
    for seed in (1, 2):
        outcome = run_seed(SCENARIOS[name], seed, empty)
        assert not outcome.findings, f"seed {seed}: {outcome.findings}"
    assert said["exception.routed.v1"]
    assert said["exception.escalated.v1"]
