"""What an outbox and its wire say to each other: one event on its way out, and what became of it there."""

from typing import Protocol

from msgspec import Struct

from crossdock.ports.verdicts import Explanation


class Envelope(Struct, frozen=True):
    """An event as it leaves. ``id`` deduplicates: it is the same whenever this event is sent, by whomever.

    ``type`` is the event's tag without prefix (``tracking.reported.v1``), ``body`` the CloudEvents 1.0 JSON object
    (structured mode), ``sent_at`` the epoch microseconds of this attempt.
    """

    id: str
    type: str
    subject: str
    body: bytes
    sent_at: int


class Sent(Struct, frozen=True):
    """The other side has it and said so."""


class Unreachable(Struct, frozen=True):
    """The other side takes nothing at all now; ``after`` seconds is what it asked for itself."""

    why: Explanation
    after: float = 0.0


class Declined(Struct, frozen=True):
    """The other side does not take this one event; others may go on."""

    why: Explanation


class Gone(Struct, frozen=True):
    """The other side said that it wants nothing any more, ever."""

    why: Explanation


Outcome = Sent | Unreachable | Declined | Gone


class Wire(Protocol):
    """Carries events to one broker or endpoint. It connects when it is first used and again after a loss."""

    async def send(self, message: Envelope) -> Outcome:
        """What became of it; `Sent` only after the other side confirmed. Called for many events at the same time, but
        never for two of one subject.
        """
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...
