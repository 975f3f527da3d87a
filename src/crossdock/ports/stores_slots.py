"""The part of a transaction that hands out delivery slots: each takes so many orders and not one more."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from crossdock.model.windows import Candidate, Slot


class SlotUse(Struct, frozen=True, order=True):
    """How many orders have a slot."""

    area: str
    day: str
    name: str
    taken: int


class Slots(Protocol):
    """Delivery slots and who has them. A taking commits with everything else of its transaction, or not at all."""

    def take(self, subject: str, candidates: Sequence[Candidate]) -> Slot | None:
        """Give ``subject`` the first of ``candidates`` that has room; None where none has. What it had is given back.
        Orders that come at the same time wait for each other at a slot's row, so that none is filled over.
        """
        ...

    def of(self, subject: str) -> Slot | None:
        """The slot a subject has."""
        ...

    def release(self, subject: str) -> bool:
        """Give back what a subject has; whether it had any."""
        ...

    def used(self, areas: Iterable[str], since: str) -> list[SlotUse]:
        """How full the slots of ``areas`` are from the day ``since`` (YYYY-MM-DD) on, in order; not empty ones."""
        ...
