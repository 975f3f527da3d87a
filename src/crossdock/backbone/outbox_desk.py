"""What people do with outboxes: look, disable, enable, send again. Steps of a transaction, audited."""

from collections.abc import Sequence

from msgspec import Struct, structs

from crossdock.backbone import outbox_state as states
from crossdock.backbone.outbox import again_from, keep_state, reader_of, state_of, waiting, without_held
from crossdock.backbone.outbox_state import Missed
from crossdock.model.identifiers import PARTITIONS
from crossdock.ports.stores import Transaction


class Standing(Struct, frozen=True):
    """How an outbox is: ``waiting`` events before its cursors, the oldest since ``oldest_at``; ``held`` ones its
    receiver declined; ``failing_since`` while nothing is taken. Times are epoch microseconds, 0 is never.
    """

    name: str
    begun: bool
    enabled: bool
    note: str
    waiting: int
    oldest_at: int
    held: int
    failing_since: int
    next_try_at: int
    problem: str
    missed: tuple[Missed, ...]


class NotBegun(LookupError):
    """The outbox never ran, so it has no place in the log to move. The text names it."""


def standing(tx: Transaction, name: str) -> Standing:
    """How one outbox is."""
    state, _ = state_of(tx, name)
    queue = waiting(tx, name) if state.begun else None
    return Standing(
        name, state.begun, state.enabled, state.note, queue.events if queue else 0, queue.oldest_at if queue else 0,
        len(state.held), state.failing_since, state.not_before, state.problem, state.missed,
    )  # fmt: skip


def standings(tx: Transaction, names: Sequence[str]) -> list[Standing]:
    """How all of them are, in the order given."""
    return [standing(tx, each) for each in names]


def disable(tx: Transaction, name: str, actor: str, reason: str, now: int) -> bool:
    """Send nothing until it is enabled; its place is kept. Whether that changed anything. Raises `Fenced`."""
    state, text = state_of(tx, name)
    if not state.enabled:
        return False
    keep_state(tx, name, text, states.disabled(state, f"disabled by {actor}: {reason}"), now)
    tx.doors.audit(now, actor, "outbox.disable", name, reason)
    return True


def enable(tx: Transaction, name: str, actor: str, reason: str, now: int, *, skip: bool = False) -> bool:
    """Go on where it stood, or at the end of the log (``skip``), at once. Whether it was disabled or resting. Raises
    `Fenced`.
    """
    state, text = state_of(tx, name)
    changed = structs.replace(states.enabled(state), held=() if skip else states.enabled(state).held)
    keep_state(tx, name, text, changed, now)
    if skip and state.begun:
        cursors = tx.log.cursors(reader_of(name), range(PARTITIONS))
        ends = {each: (cursors[each], head) for each, head in tx.views.log_heads().items() if head > cursors[each]}
        tx.log.advance(reader_of(name), ends)
    tx.doors.audit(now, actor, "outbox.enable", name, f"{reason} (skipping what waits)" if skip else reason)
    return not state.enabled or bool(state.attempts)


def resend(tx: Transaction, name: str, since: int, actor: str, reason: str, now: int, *, dry_run: bool = False) -> int:
    """Send everything recorded since ``since`` (epoch microseconds) again, under the same ids; over how many events
    the cursors go back. Raises `NotBegun` or `Fenced`.
    """
    state, text = state_of(tx, name)
    if not state.begun:
        raise NotBegun(f"{name} has not sent anything yet")
    moves = again_from(tx, name, since)
    count = sum(start - end for start, end in moves.values())
    if dry_run:
        return count
    if moves:
        tx.log.advance(reader_of(name), moves)
        keep_state(tx, name, text, without_held(state, moves), now)
    tx.doors.audit(now, actor, "outbox.resend", name, f"{count} events; {reason}")
    return count
