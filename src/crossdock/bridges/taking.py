"""Messages of a broker in: made durable by intake before the broker is told, and deduplicated by their ids."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
import structlog
from msgspec import Struct

from crossdock.model.identifiers import partition_of
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Received
from crossdock.ports.verdicts import Explanation

_LOG = structlog.get_logger("crossdock.subscriptions")
MOST = 200
WAIT_SECONDS = 1.0
"""How long a fetch waits for the first message."""


class Message(Struct, frozen=True):
    """One message as a broker gave it; ``id`` deduplicates it ("": nothing does), ``handle`` is the source's own."""

    id: str
    body: bytes
    headers: Mapping[str, str] = {}
    content_type: str = ""
    handle: Any = None


class BrokerDown(ConnectionError):
    """The broker gives nothing now. The text says why."""


class Source(Protocol):
    """A broker's side of a subscription. ``exclusive``: only one worker may hold it."""

    exclusive: bool

    async def fetch(self, most: int, seconds: float) -> Sequence[Message]:
        """What has come, after at most ``seconds``. Raises `BrokerDown`."""
        ...

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """They are durable here. Raises `BrokerDown`; what was not acknowledged comes again."""
        ...

    async def release(self) -> None:
        """Give back what was fetched and not acknowledged: it has to come again."""
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...


class Kept(Protocol):
    """What intake answers."""

    @property
    def status(self) -> int:
        """202 once the message is durable."""
        ...

    @property
    def why(self) -> Explanation | None:
        """Why it is not."""
        ...


class Door(Protocol):
    """Intake, as far as a subscription needs it."""

    async def take(self, partner: str, message: Received, delivery_id: str) -> Kept:
        """Make one message durable."""
        ...


class Subscription:
    """Hands the messages of one source to the intake of one partner."""

    def __init__(self, name: str, source: Source, partner: str, channel: str, clock: Clock, *, unwrap: bool) -> None:
        """``unwrap``: messages are CloudEvents in structured mode, and their data is what the partner said."""
        self.name = name
        self._source = source
        self._partner = partner
        self._channel = channel
        self._clock = clock
        self._unwrap = unwrap
        self._door: Door | None = None
        self._down = False

    def attach(self, door: Door) -> None:
        """From here on messages have somewhere to go."""
        self._door = door

    async def step(self, owned: Sequence[int]) -> int:
        """Take one batch; 0 when there is nothing to do now. Messages that could not be kept stay with the broker."""
        if self._door is None or (self._source.exclusive and partition_of(self.name) not in owned):
            return 0
        try:
            return await self._batch(self._door)
        except BrokerDown as problem:
            if not self._down:
                _LOG.warning("a subscription's broker gives nothing; messages wait there", subscription=self.name,
                             why=str(problem)[:500])  # fmt: skip
            self._down = True
            return 0

    async def close(self) -> None:
        """Let go of the connection."""
        await self._source.close()

    async def _batch(self, door: Door) -> int:
        messages = await self._source.fetch(MOST, WAIT_SECONDS)
        self._down = False
        answers = await asyncio.gather(*(self._take(door, each) for each in messages))
        refused = next((each for each in answers if each.status != 202), None)
        if refused is not None:
            await self._source.release()
            _LOG.error("messages of a subscription cannot be kept now; they stay with the broker",
                       subscription=self.name, why=refused.why.engineer if refused.why else "")  # fmt: skip
            return 0
        if messages:
            await self._source.acknowledge(messages)
        return max(1, len(messages))

    async def _take(self, door: Door, message: Message) -> Kept:
        body, identity = unwrapped(message) if self._unwrap else (message.body, message.id)
        received = Received(
            self._channel, body, {name.lower(): value for name, value in message.headers.items()},
            self._clock.now(), message.content_type, "BROKER", f"/subscriptions/{self.name}",
        )  # fmt: skip
        return await door.take(self._partner, received, identity)


def unwrapped(message: Message) -> tuple[bytes, str]:
    """The data of a CloudEvent in structured mode and its source and id; a message that is none stays as it is.

    >>> unwrapped(Message("7", b'{"specversion":"1.0","id":"a","source":"/x","data":{"n":1}}'))
    (b'{"n":1}', '/x a')
    """
    try:
        event = msgspec.json.decode(message.body, type=_CloudEvent)
    except msgspec.DecodeError:
        return message.body, message.id
    return bytes(event.data), f"{event.source} {event.id}"


class _CloudEvent(Struct):
    specversion: str
    id: str
    source: str
    data: msgspec.Raw
