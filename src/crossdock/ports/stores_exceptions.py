"""The part of a transaction that exceptions are kept in, and what somebody is told of them."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from crossdock.model.cases import Case


class ExceptionBook(Protocol):
    """Business exceptions, open and resolved, as their events make them."""

    def save(self, cases: Sequence[Case]) -> None:
        """Insert or replace; one row per (subject, kind, pointer, cause)."""
        ...

    def of_subjects(self, subjects: Iterable[str]) -> list[Case]:
        """All exceptions of these subjects, open and resolved, in the order of their keys."""
        ...

    def with_ids(self, ids: Iterable[str]) -> list[Case]:
        """Those of these ids, in the order of their keys."""
        ...

    def drop(self, subjects: Iterable[str]) -> None:
        """Forget the exceptions of these subjects (a rebuild writes them anew)."""
        ...


class Alert(Struct, frozen=True):
    """Something to tell somebody: the first exception of a cause was raised, a promise is soon broken or was, or it
    went up a level (``occasion``: raised, warned, breached, level-1…). Times are epoch microseconds, 0 for never.
    ``owner`` is the team, ``told`` the person or team it went up to, ``text`` what the exception says; at stake are
    ``value`` (minor units of ``currency``), what was promised, and a customer of ``tier``.
    """

    id: str
    cause_group: str
    occasion: str
    kind: str
    partner: str
    category: str
    queue: str
    severity: str
    owner: str
    told: str
    subject: str
    text: str
    raised_at: int
    sent_at: int = 0
    closed_at: int = 0
    value: int = 0
    currency: str = ""
    tier: str = ""
    promised_at: int = 0


class Alerts(Protocol):
    """Alerts: one per cause and occasion while any exception of the cause is open."""

    def open(self, rows: Sequence[Alert]) -> int:
        """Keep those whose cause and occasion has none standing; how many are new."""
        ...

    def close(self, now: int, groups: Sequence[str] | None = None) -> int:
        """Close those of causes of which nothing is open any more (of ``groups`` only, where given); how many."""
        ...

    def unsent(self, limit: int = 100) -> list[Alert]:
        """Standing ones nobody was told of, oldest first. One whose cause ended first is never sent."""
        ...

    def sent(self, ids: Sequence[str], now: int) -> None:
        """Somebody was told of these."""
        ...

    def latest(self, *, standing_only: bool = True, limit: int = 50) -> list[Alert]:
        """The newest first."""
        ...


class Notifier(Protocol):
    """Tells somebody of an alert, by mail, chat or pager."""

    async def tell(self, alert: Alert) -> bool:
        """Whether it was taken; one that was not is tried again at the next sweep."""
        ...
