"""Events to NATS JetStream (https://docs.nats.io/nats-concepts/jetstream): stored and confirmed one by one.

``Nats-Msg-Id`` makes the server drop what it has seen within the stream's duplicate window.
"""

import contextlib
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from crossdock.bridges.connecting import CONFIRM_SECONDS, Connected, unreachable
from crossdock.bridges.taking import BrokerDown, Message
from crossdock.ports.outbox import Declined, Envelope, Outcome, Sent
from crossdock.ports.secrets import Secrets
from crossdock.ports.verdicts import Explanation
from crossdock.settings.fanout import NatsIn, NatsOut, NatsServer
from crossdock.transports.libraries import MissingLibrary

try:
    import nats
    from nats.errors import MaxPayloadError
    from nats.js import JetStreamContext
    from nats.js.api import StreamConfig
    from nats.js.errors import NotFoundError
except ImportError as missing:
    raise MissingLibrary("nats") from missing

_AGAIN_SECONDS = 5.0
_NO_TOKEN = re.compile(r"[\s.*>]")


async def connect(server: NatsServer, secrets: Secrets) -> nats.NATS:
    """A connection that does not mend itself: a loss is seen, and the next sender connects anew.

    Raises what the library raises, and `UnknownSecret`.
    """
    password = secrets.reveal(server.password) if server.password else ""
    credentials = {"user": server.user, "password": password} if server.user else {"token": password or None}
    servers = [_with_scheme(each, "tls" if server.tls else "nats") for each in server.servers]
    return await nats.connect(
        servers,
        **credentials,
        name="crossdock",
        allow_reconnect=False,
        max_reconnect_attempts=1,
        reconnect_time_wait=0,
        connect_timeout=5,
        error_cb=_quietly,
    )


async def _quietly(_problem: Exception) -> None:
    """Failures are told where the connection is used; the library would print them too."""


def _with_scheme(address: str, scheme: str) -> str:
    return f"{scheme}://{address.rpartition('://')[2]}"


def subject_of(prefix: str, message: Envelope) -> str:
    """Where the event goes: PREFIX.TYPE.SUBJECT, the subject as one token.

    >>> subject_of("x", Envelope("1", "tracking.reported.v1", "do:odoo:A.7", b"", 0))
    'x.tracking.reported.v1.do:odoo:A_7'
    """
    return f"{prefix}.{message.type}.{_NO_TOKEN.sub('_', message.subject)}"


class NatsWire:
    """Implements `crossdock.ports.outbox.Wire`."""

    def __init__(self, config: NatsOut, secrets: Secrets) -> None:
        """Nothing is connected yet."""
        self._config = config
        self._secrets = secrets
        self._connected: Connected[tuple[nats.NATS, JetStreamContext]] = Connected(self._open, _close)

    async def send(self, message: Envelope) -> Outcome:
        """What became of it."""
        link = None
        try:
            link = await self._connected.get()
            headers = {"Nats-Msg-Id": message.id, "Content-Type": "application/cloudevents+json"}
            subject = subject_of(self._config.prefix, message)
            await link[1].publish(
                subject, message.body, timeout=CONFIRM_SECONDS, stream=self._config.stream, headers=headers
            )
        except MaxPayloadError as large:
            text = "The event is larger than the NATS server takes: raise max_payload there."
            return Declined(Explanation(text, f"{len(message.body)} bytes: {large}"))
        except (nats.errors.Error, OSError, LookupError, TimeoutError) as problem:
            await self._connected.drop(link)
            return unreachable("NATS", problem)
        return Sent()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._connected.drop()

    async def _open(self) -> tuple[nats.NATS, JetStreamContext]:
        link = await connect(self._config, self._secrets)
        stream = link.jetstream(timeout=CONFIRM_SECONDS)
        if self._config.create:
            await self._ensure(stream)
        return link, stream

    async def _ensure(self, stream: JetStreamContext) -> None:
        """Make the stream unless there is one; one that is there is left as its owner made it."""
        try:
            await stream.stream_info(self._config.stream)
        except NotFoundError:
            made = StreamConfig(
                name=self._config.stream,
                subjects=[f"{self._config.prefix}.>"],
                num_replicas=self._config.replicas,
                duplicate_window=self._config.duplicate_seconds,
            )
            await stream.add_stream(made)


async def _close(link: tuple[nats.NATS, JetStreamContext]) -> None:
    await link[0].close()


class NatsSource:
    """Implements `crossdock.bridges.taking.Source`: a durable pull consumer that all workers share. A message is named
    by its ``Nats-Msg-Id``, else by its place in the stream.
    """

    exclusive = False

    def __init__(self, config: NatsIn, secrets: Secrets) -> None:
        """Nothing is connected yet."""
        self._config = config
        self._secrets = secrets
        self._connected: Connected[tuple[nats.NATS, JetStreamContext.PullSubscription]] = Connected(self._open, _leave)
        self._fetched: list[Message] = []

    async def fetch(self, most: int, seconds: float) -> Sequence[Message]:
        """What has come."""
        link = None
        try:
            link = await self._connected.get()
            arrived = await link[1].fetch(most, timeout=seconds)
        except TimeoutError:
            if link is None or link[0].is_closed:
                await self._lost(link)
            return ()
        except (nats.errors.Error, OSError, LookupError) as problem:
            await self._lost(link, problem)
        self._fetched = [self._message(each) for each in arrived]
        return self._fetched

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """They are durable here."""
        self._fetched = []
        try:
            for each in messages:
                await each.handle.ack()
        except (nats.errors.Error, OSError) as problem:
            await self._lost(None, problem)

    async def release(self) -> None:
        """They come again in a few seconds."""
        fetched, self._fetched = self._fetched, []
        with contextlib.suppress(nats.errors.Error, OSError):
            for each in fetched:
                await each.handle.nak(delay=_AGAIN_SECONDS)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._connected.drop()

    def _message(self, raw: Any) -> Message:
        headers = dict(raw.headers or {})
        identity = headers.get("Nats-Msg-Id") or str(raw.metadata.sequence.stream)
        return Message(f"{self._config.stream}/{identity}", raw.data, headers, headers.get("Content-Type", ""), raw)

    async def _lost(self, link: Any, problem: BaseException | None = None) -> NoReturn:
        await self._connected.drop(link)
        raise BrokerDown(f"NATS: {type(problem).__name__} {problem}") from problem

    async def _open(self) -> tuple[nats.NATS, JetStreamContext.PullSubscription]:
        link = await connect(self._config, self._secrets)
        stream = link.jetstream(timeout=CONFIRM_SECONDS)
        config = self._config
        return link, await stream.pull_subscribe(config.subject, durable=config.durable, stream=config.stream)


async def _leave(link: tuple[nats.NATS, JetStreamContext.PullSubscription]) -> None:
    await link[0].close()
