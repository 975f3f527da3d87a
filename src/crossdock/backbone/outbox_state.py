"""What is durable about an outbox beside its cursors: whether it sends, how it fares, and what was declined. Pure."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec
from msgspec import Struct, structs

from crossdock.backbone.breaker import SECOND

MOST_HELD = 500
"""Events held back at a time; beyond it nothing new is read, so that a broken consumer cannot fill the store."""
MOST_MISSED = 200
"""Events given up that are listed; older ones are found in the log."""
_PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
_HOLD_PAUSES = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0)


class Rules(Struct, frozen=True):
    """What an outbox sends and when it stops. ``types`` are patterns such as ``tracking.*``; ``start`` is ``now`` or
    ``beginning``; events are given up after ``give_up`` seconds, the outbox is disabled after ``disable`` seconds
    without a single success (0: never); ``parallel`` events are on their way at the same time.
    """

    types: tuple[str, ...] = ("*",)
    quiet: bool = False
    start: str = "now"
    batch: int = 400
    parallel: int = 64
    give_up: float = 259_200.0
    disable: float = 0.0

    def wants(self, kind: str, *, quiet: bool) -> bool:
        """Whether an event of this type leaves.

        >>> Rules(("tracking.*", "crossdock.shipment.booked.v1")).wants("shipment.booked.v1", quiet=False)
        True
        """
        if quiet and not self.quiet:
            return False
        return any(fnmatchcase(kind, each.removeprefix("crossdock.")) for each in self.types)


class Held(Struct, frozen=True, array_like=True):
    """An event the other side declined, or one behind it of the same subject: its place, and when it is due again."""

    partition: int
    position: int
    subject: str
    since: int
    attempts: int = 0
    due_at: int = 0


class Missed(Struct, frozen=True):
    """An event that was given up, for people."""

    id: str
    type: str
    subject: str
    at: int
    operator: str
    engineer: str


class OutboxState(Struct, frozen=True, omit_defaults=True):
    """One outbox as all workers see it. Times are epoch microseconds, 0 is never. ``failing_since`` stands while
    nothing succeeds; ``note`` says why it is disabled; it has ``begun`` once its cursors stand where it is to start.
    """

    begun: bool = False
    enabled: bool = True
    note: str = ""
    failing_since: int = 0
    attempts: int = 0
    not_before: int = 0
    problem: str = ""
    held: tuple[Held, ...] = ()
    missed: tuple[Missed, ...] = ()


_ENCODE = msgspec.json.Encoder().encode
_DECODER: msgspec.json.Decoder[OutboxState] = msgspec.json.Decoder(OutboxState)


def encode(state: OutboxState) -> str:
    """As it is kept; never empty, so that a row that is there can be told from none."""
    return _ENCODE(state).decode()


def decode(text: str) -> OutboxState:
    """Read what `encode` wrote; a fresh one for ""."""
    return _DECODER.decode(text) if text else OutboxState()


def succeeded(state: OutboxState) -> OutboxState:
    """Something was taken: whatever was wrong is over."""
    if not (state.failing_since or state.attempts):
        return state
    return structs.replace(state, failing_since=0, attempts=0, not_before=0, problem="")


def failed(state: OutboxState, problem: str, now: int, jitter: float, after: float, rules: Rules) -> OutboxState:
    """Nothing was taken. The whole outbox rests for a growing pause (``after`` seconds at least), or is disabled
    when nothing succeeded for as long as the rules allow.
    """
    since = state.failing_since or now
    if rules.disable and now - since >= rules.disable * SECOND:
        return worn_out(state, problem, now - since)
    pause = max(_PAUSES[min(state.attempts, len(_PAUSES) - 1)] * (0.8 + 0.4 * jitter), after)
    return structs.replace(
        state, failing_since=since, attempts=state.attempts + 1, not_before=now + int(pause * SECOND), problem=problem
    )


def worn_out(state: OutboxState, problem: str, microseconds: int) -> OutboxState:
    """Disabled because nothing was taken for so long."""
    days = microseconds / SECOND / 86_400
    return disabled(state, f"disabled by Crossdock: nothing was taken for {days:.1f} days; last: {problem}")


def disabled(state: OutboxState, note: str) -> OutboxState:
    """Sends nothing until a person enables it; its place in the log is kept."""
    return structs.replace(state, enabled=False, note=note, not_before=0)


def enabled(state: OutboxState) -> OutboxState:
    """Goes on where it stood; what was held back is due now."""
    due = tuple(structs.replace(each, due_at=0) for each in state.held)
    return structs.replace(
        state, enabled=True, note="", failing_since=0, attempts=0, not_before=0, problem="", held=due
    )


def held_again(each: Held, now: int, jitter: float) -> Held:
    """Declined once more: due after a growing pause."""
    pause = _HOLD_PAUSES[min(each.attempts, len(_HOLD_PAUSES) - 1)] * (0.8 + 0.4 * jitter)
    return structs.replace(each, attempts=each.attempts + 1, due_at=now + int(pause * SECOND))


def with_missed(state: OutboxState, missed: Sequence[Missed]) -> OutboxState:
    """The newest of what was given up."""
    return structs.replace(state, missed=(*state.missed, *missed)[-MOST_MISSED:]) if missed else state
