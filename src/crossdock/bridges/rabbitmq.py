"""Events to RabbitMQ over AMQP 0-9-1: persistent, to a durable topic exchange, confirmed one by one
(https://www.rabbitmq.com/docs/confirms). ``message-id`` is the event's id.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, NoReturn

from msgspec import Struct

from crossdock.bridges.connecting import CONFIRM_SECONDS, Connected, unreachable
from crossdock.bridges.taking import MOST, BrokerDown, Message
from crossdock.ports.outbox import Envelope, Outcome, Sent
from crossdock.ports.secrets import Secrets
from crossdock.settings.fanout import RabbitIn, RabbitOut, RabbitServer
from crossdock.transports.libraries import MissingLibrary

try:
    import aio_pika
    from aio_pika.abc import AbstractConnection, AbstractExchange
    from aio_pika.exceptions import AMQPError, DeliveryError
except ImportError as missing:
    raise MissingLibrary("rabbitmq") from missing

FAILURES = (AMQPError, OSError, LookupError, TimeoutError, RuntimeError)
"""How the library says that a connection or channel is lost; its closed channels are `RuntimeError`."""


async def connect(server: RabbitServer, secrets: Secrets) -> AbstractConnection:
    """A connection that does not mend itself. Raises one of `FAILURES`; `UnknownSecret` is among them."""
    return await aio_pika.connect(
        host=server.host,
        port=server.port,
        virtualhost=server.virtual_host,
        login=server.user,
        password=secrets.reveal(server.password) if server.password else "guest",
        ssl=server.tls,
        client_properties={"connection_name": "crossdock"},
        timeout=5,
    )


class RabbitWire:
    """Implements `crossdock.ports.outbox.Wire`."""

    def __init__(self, config: RabbitOut, secrets: Secrets) -> None:
        """Nothing is connected yet."""
        self._config = config
        self._secrets = secrets
        self._connected: Connected[tuple[AbstractConnection, AbstractExchange]] = Connected(self._open, _close)

    async def send(self, message: Envelope) -> Outcome:
        """What became of it; an event that reaches no queue is not taken while the configuration says so."""
        link = None
        try:
            link = await self._connected.get()
            await link[1].publish(
                aio_pika.Message(
                    message.body,
                    content_type="application/cloudevents+json",
                    delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                    message_id=message.id,
                    type=f"crossdock.{message.type}",
                    headers={"subject": message.subject},
                ),
                routing_key=message.type,
                mandatory=self._config.require_queue,
                timeout=CONFIRM_SECONDS,
            )
        except DeliveryError as unrouted:
            return unreachable(f"RabbitMQ (no queue is bound to {self._config.exchange} for this event)", unrouted)
        except FAILURES as problem:
            await self._connected.drop(link)
            return unreachable("RabbitMQ", problem)
        return Sent()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._connected.drop()

    async def _open(self) -> tuple[AbstractConnection, AbstractExchange]:
        connection = await connect(self._config, self._secrets)
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.declare_exchange(self._config.exchange, aio_pika.ExchangeType.TOPIC, durable=True)
        if self._config.queue:
            queue = await channel.declare_queue(self._config.queue, durable=True)
            await queue.bind(exchange, "#")
        return connection, exchange


async def _close(link: tuple[AbstractConnection, AbstractExchange]) -> None:
    await link[0].close()


class RabbitSource:
    """Implements `crossdock.bridges.taking.Source`: workers share the queue. A message is named by its ``message-id``;
    without one nothing deduplicates it here, and what it says is recognised by its content.
    """

    exclusive = False

    def __init__(self, config: RabbitIn, secrets: Secrets) -> None:
        """Nothing is connected yet."""
        self._config = config
        self._secrets = secrets
        self._connected: Connected[_Consuming] = Connected(self._open, _leave)
        self._fetched: list[Message] = []

    async def fetch(self, most: int, seconds: float) -> Sequence[Message]:
        """What has come."""
        link = None
        try:
            link = await self._connected.get()
            if link.connection.is_closed or link.channel.is_closed:
                raise ConnectionError("the connection was closed")
            arrived = [await asyncio.wait_for(link.arrived.get(), seconds)]
        except TimeoutError as problem:
            if link is None:
                await self._lost(None, problem)
            return ()
        except FAILURES as problem:
            await self._lost(link, problem)
        while len(arrived) < most and not link.arrived.empty():
            arrived.append(link.arrived.get_nowait())
        self._fetched = [_message(each) for each in arrived]
        return self._fetched

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """They are durable here."""
        self._fetched = []
        try:
            for each in messages:
                await each.handle.ack()
        except FAILURES as problem:
            await self._lost(None, problem)

    async def release(self) -> None:
        """Whoever consumes next gets them."""
        fetched, self._fetched = self._fetched, []
        with contextlib.suppress(*FAILURES):
            for each in fetched:
                await each.handle.nack(requeue=True)

    async def close(self) -> None:
        """Let go of the connection; what is not acknowledged goes back to the queue."""
        await self._connected.drop()

    async def _lost(self, link: "_Consuming | None", problem: BaseException) -> NoReturn:
        await self._connected.drop(link)
        raise BrokerDown(f"RabbitMQ: {type(problem).__name__} {problem}") from problem

    async def _open(self) -> "_Consuming":
        connection = await connect(self._config, self._secrets)
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=MOST)
        queue = await channel.declare_queue(self._config.queue, durable=True)
        link = _Consuming(connection, channel, asyncio.Queue())
        await queue.consume(link.arrived.put)
        return link


class _Consuming(Struct, eq=False):
    connection: Any
    channel: Any
    arrived: asyncio.Queue[Any]


def _message(raw: Any) -> Message:
    headers = {name: value for name, value in (raw.headers or {}).items() if isinstance(value, str)}
    return Message(raw.message_id or "", raw.body, headers, raw.content_type or "", raw)


async def _leave(link: _Consuming) -> None:
    await link.connection.close()
