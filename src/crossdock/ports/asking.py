"""What people and machines ask for of messages, and what a replay of them would do."""

from collections.abc import Sequence
from typing import Protocol

from crossdock.ports.stores import Transaction


class Requests(Protocol):
    """What is asked for, as steps of a transaction: it commits with the audit and the kept answer."""

    def retry(self, tx: Transaction, exchange_ids: Sequence[str], now: int) -> int:
        """Let parked, refused or waiting exchanges go on, inbound and outbound; how many."""
        ...

    def discard(self, tx: Transaction, exchange_ids: Sequence[str], now: int) -> int:
        """End parked or refused exchanges for good; how many."""
        ...

    def replay(self, tx: Transaction, exchange_ids: Sequence[str], now: int, *, effects: bool) -> int:
        """Read inbound exchanges again with today's rules; without ``effects`` no command leaves. How many."""
        ...


class Effect(Protocol):
    """One outside call of a replay."""

    @property
    def partner(self) -> str:
        """Whom it would call."""
        ...

    @property
    def kind(self) -> str:
        """The command's tag."""
        ...

    @property
    def subject(self) -> str:
        """The order it is for."""
        ...


class Plan(Protocol):
    """What a replay would do."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The exchanges that would be read again."""
        ...

    @property
    def changed(self) -> tuple[str, ...]:
        """The subjects that would change."""
        ...

    @property
    def effects(self) -> Sequence[Effect]:
        """The outside calls: made where effects are allowed, else held back."""
        ...


class Planner(Protocol):
    """Says what a replay would do, without doing it."""

    async def __call__(
        self, ids: tuple[str, ...], partner: str, since: int, until: int, flow: str, *, effects: bool
    ) -> Plan:
        """By id, partner, time of receipt (epoch microseconds) and flow. Raises `ValueError` for an unknown flow."""
        ...
