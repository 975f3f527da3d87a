"""Events to RabbitMQ over AMQP 0-9-1: persistent, to a durable topic exchange, confirmed one by one
(https://www.rabbitmq.com/docs/confirms). ``message-id`` is the event's id.
"""

from crossdock.bridges.connecting import CONFIRM_SECONDS, Connected, MissingLibrary, unreachable
from crossdock.ports.outbox import Envelope, Outcome, Sent
from crossdock.ports.secrets import Secrets
from crossdock.settings.fanout import RabbitOut, RabbitServer

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
