"""Every process x every event x every state: nothing is stuck, lost, or done or undone twice.

Coverage is complete by assertion: every stage of every chart is reached, and in each every event type the process
handles is told, in several states of it. The seeds make it the same each time; ``make chaos`` takes more of them.
"""

import os
import sys
from functools import cache

import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.ports.process import Chart, Decision, Process, Situation, Stage
from crossdock.processes.configured import there_are
from processes.stages_reached import Reached, explore, stuck, tell_everything
from processes.stages_told import World, kind_of
from processes.stages_worlds import worlds

SEEDS = range(1, 1 + max(1, int(os.environ.get("CROSSDOCK_SEEDS", "0")) // 50))
STEPS, VARIANTS = 2500, 3
NAMES = [process.name for process in there_are()]
UNCHARTED = {"quiet", "waiting", "open"}
"""Where a process without a chart may stand: nothing is due, something is, an exception is open."""


@cache
def of(name: str) -> tuple[World, ...]:
    return tuple(world for world in worlds() if world.process.name == name)


def all_told(given: tuple[World, ...], steps: int = STEPS, variants: int = VARIANTS) -> Reached:
    """Everything about a process under each of its policies; raises where something does not hold."""
    everything = Reached()
    for world in given:
        for seed in SEEDS:
            reached = explore(world, seed, steps)
            tell_everything(world, reached, seed, variants)
            lost = stuck(world, reached, seed, variants) if world.process.chart else []
            assert not lost, f"no way out of {lost[0].place}: {[ev.type_of(each) for each in lost[0].bodies]}"
            everything.merge(reached)
    return everything


def stages_of(process: Process) -> set[str]:
    return {each.name for each in process.chart.stages} if process.chart else UNCHARTED


def complete(process: Process, reached: Reached) -> None:
    """Every stage was reached, and every event the process handles was told in it."""
    stages = stages_of(process)
    assert stages <= set(reached.stages), f"never reached: {sorted(stages - set(reached.stages))}"
    wanted = {(stage, tag) for stage in stages for tag in process.handles}
    assert wanted <= reached.pairs, f"never told: {sorted(wanted - reached.pairs)}"


@pytest.mark.req("H6", "H8")
@pytest.mark.parametrize("name", NAMES)
def test_every_event_in_every_stage_of(name, record_property):
    reached = all_told(of(name))
    process = of(name)[0].process
    complete(process, reached)
    told = len({pair for pair in reached.pairs if pair[0] in stages_of(process)})
    row = f"{name} | {len(stages_of(process))} | {len(process.handles)} | {told} | {reached.histories}"
    record_property("process | stages | handled types | pairs told | histories", row)
    sys.stdout.write(f"{row}\n")


def world_of(name: str, number: int = 0) -> World:
    return of(name)[number]


def broken(world: World, process: Process) -> World:
    return World(process, world.subject, world.pool, world.once, world.holds, world.more)


def deciding(world: World, change) -> World:
    """The same process with a bug in what it decides."""
    decide = world.process.decide

    def wrongly(situation: Situation) -> Decision:
        return change(situation, decide(situation))

    return broken(world, replace(world.process, decide=wrongly))


def charted(world: World, **changes) -> World:
    chart = world.process.chart
    assert isinstance(chart, Chart)
    return broken(world, replace(world.process, chart=replace(chart, **changes)))


def caught(world: World, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        complete(world.process, all_told((world,)))


@pytest.mark.req("H6")
def test_a_move_that_the_chart_lacks_is_caught():
    moves = world_of("order_release").process.chart.moves
    kept = tuple(each for each in moves if (each.before, each.after) != ("cancelling", "cancelled"))
    assert len(kept) < len(moves)
    caught(charted(world_of("order_release"), moves=kept), "cancelling")


@pytest.mark.req("H6")
def test_a_stage_nothing_leads_to_is_caught():
    world = world_of("payment_gate")
    stages = (*world.process.chart.stages, Stage("forgotten", "Nobody comes here.", "a person"))
    caught(charted(world, stages=stages), "never reached: \\['forgotten'\\]")


@pytest.mark.req("H6")
def test_an_event_that_no_world_tells_is_caught():
    world = world_of("credit_hold")
    caught(broken(world, replace(world.process, handles=world.process.handles | {"stock.counted.v1"})), "never told")


@pytest.mark.req("H8")
def test_a_label_that_is_forgotten_when_its_order_is_stopped_is_caught():
    def forget(_: Situation, decision: Decision) -> Decision:
        return replace(decision, orders=tuple(each for each in decision.orders if kind_of(each) != "label.void.v1"))

    caught(deciding(world_of("order_to_ship"), forget), "nobody voids")


@pytest.mark.req("H8")
def test_a_compensation_that_is_given_again_is_caught():
    def again(_: Situation, decision: Decision) -> Decision:
        given = [each for each in decision.orders if kind_of(each) == "transfer.release.v1"]
        return replace(decision, orders=(*decision.orders, *(replace(each, name="once_more") for each in given)))

    caught(deciding(world_of("order_release"), again), "done twice")


@pytest.mark.req("H6")
def test_a_process_that_does_not_hear_an_answer_is_stuck_and_caught():
    def deaf(situation: Situation, decision: Decision) -> Decision:
        if ev.type_of(situation.event.body) not in {"record.written.v1", "command.withdrawn.v1"}:
            return decision
        return Decision(situation.process) if situation.process else decision

    caught(deciding(world_of("delivery_to_invoice"), deaf), "no way out")
