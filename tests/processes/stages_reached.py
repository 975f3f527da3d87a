"""Which stages a process can be brought to, and what becomes of every event in every one of them.

The exploration is guided by what it reaches: of each pair of stage and own state the shortest history is kept, and
known histories are gone on with, the rare stages as often as the common ones. A seed makes it the same each time.
"""

import random
from dataclasses import dataclass, field

from crossdock.model import events as ev
from processes.stages_told import Branch, World

LONGEST = 24
"""Facts in one history: long enough for every end to be reached twice."""


@dataclass
class Reached:
    """What was seen of one process. ``stages`` holds by stage and `Branch.likeness` the shortest history to it;
    ``pairs`` are the (stage, event type) that were told, ``histories`` how many were.
    """

    stages: dict[str, dict[bytes, Branch]] = field(default_factory=dict)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    histories: int = 0

    def keep(self, branch: Branch) -> None:
        known = self.stages.setdefault(branch.place, {})
        there = known.get(branch.likeness)
        if there is None or len(branch.bodies) < len(there.bodies):
            known[branch.likeness] = branch

    def merge(self, other: "Reached") -> None:
        for stage, known in other.stages.items():
            self.stages.setdefault(stage, {}).update(known)
        self.pairs |= other.pairs
        self.histories += other.histories


def tell(world: World, branch: Branch, body: ev.EventBody) -> Branch:
    """The history gone on with by one fact, about which everything has to hold."""
    after = branch.branch()
    try:
        after.answered(body)
        after.check(world.once)
        world.holds(after)
    except Exception as wrong:
        wrong.add_note(f"{world.process.name} in {branch.place!r} after:\n" + "\n".join(map(_said, after.bodies)))
        raise
    return after


def _said(body: ev.EventBody) -> str:
    return f"{ev.type_of(body)} {body.identity()}"


def explore(world: World, seed: int, steps: int) -> Reached:
    """Go ``steps`` steps on from histories that are known, each by a fact, a deadline or an answer."""
    rng, reached = random.Random(f"{world.process.name}/{seed}"), Reached()
    begin = world.begin()
    reached.keep(begin)
    for _ in range(steps):
        known = list(reached.stages[rng.choice(list(reached.stages))].values())
        branch = rng.choice(known)
        ways = branch.ways(world.pool)
        if len(branch.bodies) >= LONGEST or not ways:
            continue
        reached.keep(tell(world, branch, rng.choice(rng.choice(ways))))
        reached.histories += 1
    return reached


def tell_everything(world: World, reached: Reached, seed: int, variants: int) -> None:
    """In every stage, in several states of it, tell everything that can be told; twice, as partners do. Where all of
    these have heard something already, another state of the stage is found that has not.
    """
    rng = random.Random(f"{world.process.name}/{seed}/everything")
    for known in list(reached.stages.values()):
        by_length = sorted(known.values(), key=lambda each: len(each.bodies))
        chosen = by_length[:1] + rng.sample(by_length[1:], min(variants - 1, len(by_length) - 1))
        for branch in chosen:
            _tell_all(world, reached, branch)
        for branch in by_length:
            if {tag for place, tag in reached.pairs if place == branch.place} >= world.process.handles:
                break
            _tell_all(world, reached, branch)


def _tell_all(world: World, reached: Reached, branch: Branch) -> None:
    for body in [each for way in branch.ways(world.pool) for each in way]:
        tag = ev.type_of(body)
        if tag not in world.process.handles:
            continue
        after = tell(world, branch, body)
        _tell_again(after, body)
        reached.pairs.add((branch.place, tag))
        reached.histories += 1


def _tell_again(branch: Branch, body: ev.EventBody) -> None:
    again = branch.branch()
    again.tell(body)
    assert again.place == branch.place, f"told twice, {body} leads from {branch.place} to {again.place}"
    assert again.keys == branch.keys, f"told twice, {body} gives a second command"


def ends(world: World, branch: Branch, rng: random.Random, walks: int = 60, steps: int = 40) -> bool:
    """Whether some way leads from here to an end: nobody is stuck for good."""
    return any(_walk(world, branch, rng, steps) for _ in range(walks))


def _walk(world: World, branch: Branch, rng: random.Random, steps: int) -> bool:
    for _ in range(steps):
        if branch.row is not None and branch.row.final:
            return True
        ways = [*branch.ways(world.pool), *filter(None, [world.more(len(branch.bodies))])]
        branch = tell(world, branch, rng.choice(rng.choice(ways)))
    return branch.row is not None and branch.row.final


def stuck(world: World, reached: Reached, seed: int, variants: int) -> list[Branch]:
    """Those histories, some of each stage, from which no end was found."""
    rng = random.Random(f"{world.process.name}/{seed}/ends")
    chosen = [
        branch
        for stage, known in reached.stages.items()
        for branch in rng.sample(list(known.values()), min(variants, len(known)))
        if stage
    ]
    return [branch for branch in chosen if not ends(world, branch, rng)]
