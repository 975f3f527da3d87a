"""What a replay would do, as those who ask for it see it."""

from collections.abc import Sequence
from typing import Protocol


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
