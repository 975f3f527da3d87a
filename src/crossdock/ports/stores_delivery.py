"""The parts of a transaction that delivery stands on: lanes, timers, partners' health, documents."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct, field


class NewCommand(Struct, frozen=True):
    """A command to be carried out once; ``key`` is the digest of (process, event, command name)."""

    id: str
    key: str
    partner: str
    subject: str
    kind: str
    body: bytes
    priority: int
    due_at: int
    created_at: int
    trace_id: str
    cause: str


class Claimed(Struct, frozen=True):
    """A command this worker may send now. ``attempt`` counts from 1. ``doubtful``: an earlier attempt may have
    reached the partner, so ask first. ``owner`` and ``attempt`` fence the settlement. ``withdrawn``: it was taken back,
    so only what became of it is settled.
    """

    id: str
    key: str
    partner: str
    subject: str
    kind: str
    body: bytes
    attempt: int
    doubtful: bool
    priority: int
    trace_id: str
    created_at: int
    owner: str
    withdrawn: bool = False


class Term(Struct, frozen=True):
    """Whose a claim is, and how long. Commands are due by ``now``, a process's own clock, as others wrote them by
    theirs; earlier claims have ended by ``agreed``, the time that all processes share, and this one ends at ``until``
    of that time.
    """

    owner: str
    now: int
    agreed: int
    until: int


class Withdrawn(Struct, frozen=True):
    """A command that was taken back or ended; ``engineer`` says why it had not been carried out. ``doubtful``: its
    partner may have carried it out all the same.
    """

    id: str
    key: str
    partner: str
    subject: str
    kind: str
    body: bytes
    engineer: str
    doubtful: bool = False


NEVER_SENT = frozenset({"queued", "retry", "parked", "refused"})
"""Without doubt these were not carried out: a retry certainly did not happen."""


class Given(Struct, frozen=True):
    """A command that was given once, as it stands: ``doubt`` says that the partner may have seen it, ``cause`` is the
    key of the event it was decided on.
    """

    id: str
    key: str
    partner: str
    subject: str
    kind: str
    cause: str
    status: str
    doubt: bool


class Attempt(Struct, frozen=True):
    """One try of a command, for people: times, verdict, texts, the calls made (JSON, no secrets, 64 KiB at most)."""

    exchange_id: str
    number: int
    started_at: int
    finished_at: int
    verdict: str
    operator: str = ""
    engineer: str = ""
    calls: bytes = b"[]"


class Outcome(Struct, frozen=True):
    """What becomes of a claimed command: ``status`` is done, retry, in_doubt, parked, refused or withdrawn; ``due_at``
    when to go on for retry and in_doubt.
    """

    status: str
    attempt: Attempt
    due_at: int = 0


class Lanes(Protocol):
    """Outbound commands: head of line per (partner, subject), by priority, each with its own schedule."""

    def enqueue(self, commands: Sequence[NewCommand]) -> int:
        """Add those whose key is new; how many that were."""
        ...

    def claim(self, term: Term, limit: int, partners: Iterable[str], but: Sequence[str] = ()) -> list[Claimed]:
        """Lock up to ``limit`` due heads of lanes of these partners for ``term``, leaving out the kinds ``but``. A
        claim that ran out before its outcome was written comes back ``doubtful``.
        """
        ...

    def claim_together(self, term: Term, limit: int, partner: str, kinds: Sequence[str]) -> list[Claimed]:
        """Lock up to ``limit`` due commands of these kinds for one call: heads of lanes, and of each lane what follows
        without a gap. In the order of lanes.
        """
        ...

    def renew(self, commands: Sequence[Claimed], until: int) -> list[bool]:
        """Keep claims that still stand locked until ``until``; which those are."""
        ...

    def settle(self, outcomes: Sequence[tuple[Claimed, Outcome]]) -> list[bool]:
        """Write outcomes; False (and nothing written) for a claim that is no longer its owner's attempt."""
        ...

    def release(self, command: Claimed, due_at: int) -> bool:
        """Give a claim back unsent: the attempt does not count."""
        ...

    def retry(self, ids: Sequence[str], now: int) -> int:
        """Put parked, refused or waiting commands back into their lanes, due now; doubt is kept. How many."""
        ...

    def discard(self, ids: Sequence[str], now: int) -> list[Withdrawn]:
        """End parked or refused commands for good, by a person's decision; those that were ended."""
        ...

    def withdraw(self, keys: Sequence[str], now: int) -> list[Withdrawn]:
        """Take commands back, by key. Those certainly not carried out end at once and are given; of the others it is
        settled what became of them, without sending them again.
        """
        ...

    def withdrawn(self, ids: Sequence[str]) -> set[str]:
        """Those of the commands that were taken back meanwhile; all are locked until the transaction ends."""
        ...

    def given(self, keys: Iterable[str]) -> list[Given]:
        """Those of the commands with these keys that there are, whatever became of them."""
        ...

    def given_for(self, subjects: Iterable[str]) -> list[Given]:
        """All commands of these subjects, in the order they were given."""
        ...

    def hasten(self, partner: str) -> int:
        """A partner is back: what waits to be tried again is due now, in the order it was enqueued. How many."""
        ...

    def depth(self, now: int) -> list[tuple[str, str, int, int]]:
        """Unsettled commands as (partner, status, how many, created_at of the oldest)."""
        ...

    def any_due(self, now: int, agreed: int) -> bool:
        """Whether any command may have to be claimed: without locks, and whoever it waits for. Times as in `Term`."""
        ...


class DueTimer(Struct, frozen=True):
    """A timer of a subject. One that says ``who`` is an expectation: ``what`` is waited for since ``since``."""

    subject: str
    name: str
    due_at: int
    what: str = ""
    who: str = ""
    since: int = 0


class Timers(Protocol):
    """Deadlines set by processes."""

    def set(self, timers: Sequence[DueTimer]) -> None:
        """Insert or move."""
        ...

    def clear(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Remove by (subject, name)."""
        ...

    def standing(self, subjects: Iterable[str]) -> list[DueTimer]:
        """The timers these subjects wait for, by subject and name."""
        ...

    def due(self, now: int, limit: int) -> list[DueTimer]:
        """Take out timers that are due."""
        ...

    def soonest(self) -> int | None:
        """When the next timer is due (epoch microseconds); None where none is set."""
        ...


class Health(Struct, frozen=True, omit_defaults=True):
    """A partner as all workers see it: breaker, throttle, and whether a person paused it.

    ``failures`` counts failures in a row; ``opened_at`` > 0 means the breaker is open; ``probe_until`` reserves the
    one half-open probe; ``tokens`` and ``refilled_at`` are the token bucket; ``not_before`` is the partner's own
    Retry-After. ``per_second`` and ``burst`` are a person's setting of the bucket, over the configuration's.
    ``calling`` says how many calls each process has under way, and until when that is believed without a further word.
    """

    failures: int = 0
    opened_at: int = 0
    probe_until: int = 0
    tokens: float = 0.0
    refilled_at: int = 0
    not_before: int = 0
    paused: bool = False
    attention: str = ""
    per_second: float | None = None
    burst: int | None = None
    calling: dict[str, tuple[int, int]] = {}


class BreakerMove(Struct, frozen=True):
    """A change of a breaker, for the timeline."""

    partner: str
    at: int
    state: str
    why: str


class Partners(Protocol):
    """What workers share about partners: health and feed cursors."""

    def health(self, partner: str) -> Health:
        """The row, locked until the transaction ends; a fresh one where there is none."""
        ...

    def healths(self, partners: Iterable[str]) -> dict[str, Health]:
        """The rows of several, by name; locked in one order by all."""
        ...

    def save_health(self, partner: str, health: Health) -> None:
        """Replace it."""
        ...

    def note_breaker(self, move: BreakerMove) -> None:
        """Write a breaker's move down."""
        ...

    def breaker_moves(self, partner: str = "", limit: int = 100) -> list[BreakerMove]:
        """Moves, newest first."""
        ...

    def cursor(self, partner: str, feed: str) -> tuple[str, int]:
        """A feed's cursor and when it was last moved ("" and 0 at first)."""
        ...

    def move_cursor(self, partner: str, feed: str, old: str, new: str, now: int) -> bool:
        """Conditional move; False when somebody else moved it."""
        ...


class Blob(Struct, frozen=True):
    """Bytes by content, or where they are kept (``location``) when larger than 64 KiB."""

    sha256: str
    media_type: str
    kind: str
    size: int
    created_at: int
    data: bytes = field(default=b"")
    location: str = ""


class Blobs(Protocol):
    """Labels and proofs by SHA-256."""

    def get(self, sha256: str) -> Blob | None:
        """The row."""
        ...

    def put(self, blob: Blob) -> None:
        """Keep it unless it is there."""
        ...

    def expired(self, kind: str, before: int, limit: int) -> list[Blob]:
        """Rows with bytes older than ``before``."""
        ...

    def forget(self, sha256s: Sequence[str]) -> None:
        """Drop the bytes, keep the row."""
        ...
