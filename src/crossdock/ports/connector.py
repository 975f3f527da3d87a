"""The one shape every connector has, whatever system is behind it."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct

from crossdock.model.commands import CommandBody
from crossdock.model.events import Fact
from crossdock.ports.verdicts import Explanation, Verdict


class Received(Struct, frozen=True):
    """Bytes as a partner gave them. ``channel`` is the webhook's or feed's name, or ``file`` for a file by hand;
    header names are lower case; ``received_at`` is in epoch microseconds; ``path`` is what was called, with its query.
    """

    channel: str
    body: bytes
    headers: Mapping[str, str]
    received_at: int
    content_type: str = ""
    method: str = "POST"
    path: str = ""


class Verified(Struct, frozen=True):
    """The bytes are from the partner. ``delivery_id`` deduplicates re-deliveries where the partner numbers them;
    a ``hint`` is kept for the record but only wakes the feeds it names, separated by blanks.
    """

    delivery_id: str = ""
    hint: str = ""


class Rejected(Struct, frozen=True):
    """The bytes are not acceptable; ``status`` is the HTTP status that says so (401 signature, 400 form)."""

    status: int
    why: Explanation


class Unreadable(Struct, frozen=True):
    """Part of a message that could not be read exactly. ``pointer`` is a JSON pointer into the body. ``refused`` marks
    the partner's own error answer: it was read, and says that there is nothing.
    """

    pointer: str
    why: Explanation
    refused: bool = False


class NewField(Struct, frozen=True):
    """A field of a message that its partner was not known to send: the JSON pointer (list positions left out) and the
    beginning of what it held.
    """

    pointer: str
    example: str


class Translation(Struct, frozen=True):
    """What a connector makes of a message: facts, and what it could not read. Unreadable parts park the message;
    ``unknown_codes`` (raw codes without a mapping) and ``new_fields`` raise mapping tasks, while the facts go on.
    """

    facts: tuple[Fact, ...] = ()
    problems: tuple[Unreadable, ...] = ()
    unknown_codes: tuple[str, ...] = ()
    new_fields: tuple[NewField, ...] = ()


class Page(Struct, frozen=True):
    """One fetched page: bytes to keep and translate like any other message, and where to go on.

    ``cursor`` is opaque to everybody but the connector; it is committed together with ``body``. An empty ``body``
    means nothing new. ``more`` asks to be called again at once; else ``next_after`` is in how many seconds, where the
    connector knows better than its feed's fixed pause.
    """

    body: bytes
    cursor: str
    more: bool = False
    next_after: float | None = None


class Command(Struct, frozen=True):
    """One outbound command on its way. ``key`` is the idempotency key, written down before the first call."""

    key: str
    partner: str
    subject: str
    body: CommandBody
    trace_id: str
    attempt: int = 1


class Documents(Protocol):
    """Bytes of labels and proofs by their SHA-256."""

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises `KeyError` when they are gone (retention) or never were."""
        ...

    async def put(self, data: bytes, media_type: str, kind: str) -> str:
        """Keep the bytes durably and return their SHA-256; the same bytes are kept once."""
        ...


@runtime_checkable
class Batching(Protocol):
    """What a connector can do besides, when its spec names commands in ``together``."""

    async def send_together(self, commands: Sequence[Command], documents: Documents) -> Sequence[Verdict]:
        """Carry all of them out in as few calls as possible; a verdict for each, in the order given.

        Commands of one subject stand in the order of their lane. One whose ``attempt`` is above 1 may have been
        carried out before: it is looked for first. A fault of one never fails its neighbours.
        """
        ...


class Connector(Protocol):
    """What the backbone asks of a partner. Methods a spec does not declare need not do anything useful."""

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """Judge on the raw bytes who is speaking; pure, before any parsing."""
        ...

    def translate(self, message: Received) -> Translation:
        """Turn bytes into canonical facts; pure. What it cannot read exactly it reports, it never guesses."""
        ...

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:
        """The next page of a feed after ``cursor`` ("" at first), or a verdict that says why there is none."""
        ...

    async def send(self, command: Command, documents: Documents) -> Verdict:
        """Carry the command out."""
        ...

    async def settle(self, command: Command, documents: Documents) -> Verdict:
        """Ask the partner whether an uncertain ``command`` was carried out: (Already)Done with its facts if so,
        Retry if it certainly was not, InDoubt if the partner cannot be asked now.
        """
        ...

    async def check(self) -> tuple[str, ...]:
        """Talk to the partner without effect (`crossdock doctor`): lines of what was found; raises on refusal."""
        ...
