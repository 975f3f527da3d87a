"""The part of a transaction that intake and translation stand on: the ledger of inbound messages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field


class NewExchange(Struct, frozen=True):
    """An inbound message to be made durable. ``delivery_id`` deduplicates within (partner, channel)."""

    id: str
    partner: str
    channel: str
    body: bytes
    received_at: int
    trace_id: str
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    delivery_id: str = ""
    status: str = "received"


class Receipt(Struct, frozen=True):
    """What became of a `NewExchange`: its id, or the id of the earlier one it repeats."""

    id: str
    repeated: bool


class Inbound(Struct, frozen=True):
    """An inbound exchange waiting to be translated."""

    id: str
    partner: str
    channel: str
    body: bytes
    received_at: int
    trace_id: str
    content_type: str
    headers: Mapping[str, str]
    path: str
    replay: str = ""


class Correction(Struct, frozen=True):
    """A message a person put in the place of one that could not be read: ``original_id`` is closed by it, and keeps
    its bytes. ``at`` in epoch microseconds; ``actor`` as in the audit.
    """

    original_id: str
    exchange_id: str
    at: int
    actor: str
    reason: str


class Settlement(Struct, frozen=True):
    """The end of an inbound exchange's translation. ``status``: translated, waiting, repeated, hint or parked.

    ``subject`` is the (first) subject it spoke of; the two texts are empty unless parked.
    """

    id: str
    status: str
    subject: str = ""
    operator: str = ""
    engineer: str = ""


class RefusedBody(Struct, frozen=True):
    """What is kept of a refused message: at most 64 KiB of it, with the whole length and SHA-256 (decision 0007)."""

    id: str
    partner: str
    channel: str
    status: int
    received_at: int
    body: bytes
    length: int
    sha256: str
    operator: str
    engineer: str


class Exchanges(Protocol):
    """The ledger of inbound messages."""

    def accept(self, batch: Sequence[NewExchange]) -> list[Receipt]:
        """Keep a batch; one whose (partner, channel, delivery_id) is known is not kept again."""
        ...

    def refuse(self, bodies: Sequence[RefusedBody], ring: int = 200) -> None:
        """Keep refused bodies, the last ``ring`` per partner."""
        ...

    def received(self, partitions: Iterable[int], limit: int) -> list[Inbound]:
        """Messages not yet translated whose id hashes to ``partitions``, oldest first."""
        ...

    def kept(self, ids: Iterable[str]) -> list[Inbound]:
        """Those of the messages that are settled, not corrected, and whose bytes are still there, oldest first."""
        ...

    def settle_all(self, settlements: Sequence[Settlement], now: int) -> None:
        """End messages, each once. Raises `Fenced` when any of them is not ``received``: somebody else ended it."""
        ...

    def settle(self, settlements: Sequence[Settlement], now: int) -> set[str]:
        """End messages that are still ``received``; gives the ids this call ended (others had been ended before)."""
        ...

    def reopen(self, ids: Sequence[str], mode: str) -> int:
        """Put settled messages back to ``received`` for a replay; ``mode`` is kept with them. How many there were.
        A corrected message stays closed: its correction says what it should have said.
        """
        ...

    def correct(self, correction: Correction, body: bytes) -> bool:
        """Close a parked message as ``corrected`` and keep ``body`` as a message of its own, ``received`` under the
        correction's id: same partner, channel, headers, trace and time of receipt, without a delivery id. False, and
        nothing was written, where the message is not parked.
        """
        ...

    def purge(self, before: int, limit: int) -> int:
        """Drop the bodies (not the rows) of settled messages received before; how many."""
        ...
