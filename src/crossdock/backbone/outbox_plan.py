"""What an outbox sends of what it sees, and what follows from how that went. Pure."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from crossdock.backbone import outbox_state as states
from crossdock.backbone.breaker import SECOND
from crossdock.backbone.outbox_state import Held, Missed, OutboxState, Rules
from crossdock.model.events import Event, type_of
from crossdock.ports.outbox import Declined, Gone, Outcome, Sent, Unreachable
from crossdock.ports.verdicts import Explanation

Place = tuple[int, int]
"""(partition, position)"""


class Glance(Struct, frozen=True):
    """What an outbox sees at once: its cursors, the events after them, what it holds back, and what of that is due."""

    cursors: Mapping[int, int] = {}
    events: tuple[Event, ...] = ()
    held: tuple[Held, ...] = ()
    due: tuple[tuple[Held, Event], ...] = ()
    fresh: bool = False


def place_of(event: Event) -> Place:
    """Where the event stands in the log."""
    return event.partition, event.position


def planned(glance: Glance, rules: Rules) -> tuple[list[list[Event]], list[Event]]:
    """The chains to send, each the events of one subject in order, and the events that queue behind a held one."""
    blocked = {each.subject for each in glance.held}
    chains: dict[str, list[Event]] = {event.subject: [event] for _, event in glance.due}
    queued: list[Event] = []
    for event in glance.events:
        if not rules.wants(type_of(event.body), quiet=event.quiet):
            continue
        if event.subject in blocked:
            queued.append(event)
        else:
            chains.setdefault(event.subject, []).append(event)
    return list(chains.values()), queued


class Result(Struct, frozen=True):
    """What follows from a batch. ``moves`` are the cursors', ``done`` the held events that are over, ``declined`` those
    declined once more, ``held`` the new ones; ``problem`` is the last failure.
    """

    moves: Mapping[int, tuple[int, int]]
    done: frozenset[Place]
    declined: frozenset[Place]
    held: tuple[Held, ...]
    missed: tuple[Missed, ...]
    success: bool
    progress: int
    unreachable: Unreachable | None = None
    gone: Gone | None = None
    problem: str = ""

    def applied(self, state: OutboxState, now: int, jitter: float, rules: Rules) -> OutboxState:
        """The state after this batch; ``state`` may have been changed by others since it was planned."""
        kept = [
            states.held_again(each, now, jitter) if (each.partition, each.position) in self.declined else each
            for each in state.held
            if (each.partition, each.position) not in self.done
        ]
        known = {(each.partition, each.position) for each in kept}
        kept += [each for each in self.held if (each.partition, each.position) not in known]
        state = states.with_missed(structs.replace(state, held=tuple(kept)), self.missed)
        if self.gone is not None:
            return states.disabled(state, f"disabled by the receiver: {self.gone.why.engineer}")
        if self.unreachable is not None:
            state = states.succeeded(state) if self.success else state
            return states.failed(state, _text(self.unreachable.why), now, jitter, self.unreachable.after, rules)
        if self.success:
            return states.succeeded(state)
        return _unsuccessful(state, self.problem, now, rules) if self.problem else state


def _unsuccessful(state: OutboxState, problem: str, now: int, rules: Rules) -> OutboxState:
    """Everything tried was declined, one event at a time: no pause for the others, but the days are counted."""
    since = state.failing_since or now
    if rules.disable and now - since >= rules.disable * SECOND:
        return states.worn_out(state, problem, now - since)
    return structs.replace(state, failing_since=since, problem=problem)


def settled(
    glance: Glance, outcomes: Mapping[Place, Outcome], queued: Sequence[Event], rules: Rules, now: int
) -> Result:
    """What follows when ``outcomes`` came of what was planned; an event without outcome was not sent."""
    held, settled_places = _held(glance, outcomes, queued, rules, now)
    moves = _moves(glance, settled_places)
    reached = {partition: end for partition, (_, end) in moves.items()}
    retried = [(each, event, outcomes.get(place_of(event))) for each, event in glance.due]
    late = [
        (event, outcome)
        for each, event, outcome in retried
        if isinstance(outcome, Declined) and now - each.since >= rules.give_up * SECOND
    ]
    over = [event for _, event, outcome in retried if isinstance(outcome, Sent)] + [event for event, _ in late]
    done = frozenset(map(place_of, over))
    declined = frozenset(place_of(event) for _, event, outcome in retried if isinstance(outcome, Declined)) - done
    return Result(
        moves=moves,
        done=done,
        declined=declined,
        held=tuple(each for each in held if each.position <= reached.get(each.partition, 0)),
        missed=tuple(_missed(event, outcome.why, now) for event, outcome in late),
        success=any(isinstance(each, Sent) for each in outcomes.values()),
        progress=sum(end - start for start, end in moves.values()) + len(done),
        unreachable=next((each for each in outcomes.values() if isinstance(each, Unreachable)), None),
        gone=next((each for each in outcomes.values() if isinstance(each, Gone)), None),
        problem=next((_text(each.why) for each in outcomes.values() if isinstance(each, Declined)), ""),
    )


def _held(
    glance: Glance, outcomes: Mapping[Place, Outcome], queued: Sequence[Event], rules: Rules, now: int
) -> tuple[list[Held], set[Place]]:
    """The new held events in log order, and the places that are settled."""
    behind = {event.subject for event in queued}
    places: set[Place] = set()
    held: list[Held] = []
    for event in glance.events:
        place, outcome = place_of(event), outcomes.get(place_of(event))
        if isinstance(outcome, Sent) or not rules.wants(type_of(event.body), quiet=event.quiet):
            places.add(place)
        elif isinstance(outcome, Declined) or event.subject in behind:
            tried = isinstance(outcome, Declined)
            row = Held(event.partition, event.position, event.subject, now)
            held.append(states.held_again(row, now, 0.5) if tried else row)
            behind.add(event.subject)
            places.add(place)
    return held, places


def _moves(glance: Glance, places: set[Place]) -> dict[int, tuple[int, int]]:
    """Each cursor goes up to its first event that is not settled."""
    moves: dict[int, tuple[int, int]] = {}
    stopped: set[int] = set()
    for event in glance.events:
        if event.partition in stopped or place_of(event) not in places:
            stopped.add(event.partition)
            continue
        start = glance.cursors.get(event.partition, 0)
        moves[event.partition] = (start, event.position)
    return moves


def _missed(event: Event, why: Explanation, now: int) -> Missed:
    return Missed(event.key, type_of(event.body), event.subject, now, why.operator, why.engineer)


def _text(why: Explanation) -> str:
    return why.engineer[:500]
