"""The part of a transaction that customers' notices stand on: where each stands, who unsubscribed, declared outages."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from crossdock.model.notices import Kind


class NoticeRow(Struct, frozen=True):
    """Where one kind of notice of one order stands: ``step`` is due, held, deferred, dropped, sent or assumed,
    ``recipient`` a keyed hash once it was mailed. Times are epoch microseconds; ``since`` is of the first step.
    ``mail``: one that is due goes out by mail.
    """

    subject: str
    kind: Kind
    step: str
    reason: str = ""
    order_name: str = ""
    language: str = ""
    recipient: str = ""
    since: int = 0
    at: int = 0
    mail: bool = False


class Pause(Struct, frozen=True):
    """Somebody declared an outage of a partner, or its end."""

    number: int
    partner: str
    at: int
    paused: bool


class Refusal(Struct, frozen=True):
    """An address (keyed hash) that wants no mail, since when."""

    number: int
    recipient: str
    at: int


class NoticeBook(Protocol):
    """What became of notices; written with the decisions that move them."""

    def note(self, rows: Sequence[NoticeRow]) -> None:
        """Where notices stand now; ``since``, and the name and language that a step leaves out, stay as they were."""
        ...

    def refuse(self, recipients: Sequence[tuple[str, int]]) -> None:
        """Addresses (keyed hash) that want no mail, since when; the first time counts."""
        ...

    def refused_at(self, recipient: str) -> int:
        """Since when an address (keyed hash) wants no mail; 0: it may be written to."""
        ...

    def of_order(self, subject: str) -> list[NoticeRow]:
        """All of one order, oldest first."""
        ...

    def counts(self) -> dict[tuple[str, str], int]:
        """How many stand where, by step and reason."""
        ...

    def unsent(self, before: int) -> int:
        """Notices that were due by mail before that moment and did not go out."""
        ...

    def untold(self, milestones: Mapping[Kind, Sequence[str]], since: int, before: int) -> int:
        """Orders that reached one of the milestones between two moments, stand there still, and have no notice of its
        kind, sent or otherwise.
        """
        ...

    def heads(self) -> tuple[int, int]:
        """The greatest numbers there are: of refusals, and of partners' moves (0: none)."""
        ...

    def refusals(self, after: int) -> list[Refusal]:
        """Those with a greater number, in order."""
        ...

    def pauses(self, after: int) -> list[Pause]:
        """Outages declared and ended, those with a greater number, in order."""
        ...

    def hasten(self, timer: str, now: int) -> int:
        """Every order that waits for the timer of this name waits no longer; how many."""
        ...
