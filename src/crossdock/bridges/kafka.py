"""Events to Kafka: the key is the subject, so one partition of the topic has its events in order; all replicas in sync
confirm (https://kafka.apache.org/documentation/#producerconfigs_acks). Header ``ce_id`` is the event's id.
"""

from collections.abc import Sequence
from typing import Any

from crossdock.bridges.connecting import CONFIRM_SECONDS, Connected, unreachable
from crossdock.bridges.taking import BrokerDown, Message
from crossdock.ports.outbox import Declined, Envelope, Outcome, Sent
from crossdock.ports.secrets import Secrets
from crossdock.ports.verdicts import Explanation
from crossdock.settings.fanout import KafkaIn, KafkaOut, KafkaServer
from crossdock.transports.libraries import MissingLibrary

try:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
    from aiokafka.errors import KafkaError, MessageSizeTooLargeError
    from aiokafka.helpers import create_ssl_context
except ImportError as missing:
    raise MissingLibrary("kafka") from missing

FAILURES = (KafkaError, OSError, LookupError, TimeoutError)
"""How the library says that the cluster does not answer."""


def options(server: KafkaServer, secrets: Secrets) -> dict[str, Any]:
    """What producer and consumer are connected with. Raises `UnknownSecret`."""
    protocol = f"{'SASL_' if server.user else ''}{'SSL' if server.tls else 'PLAINTEXT'}"
    found: dict[str, Any] = {
        "bootstrap_servers": list(server.servers),
        "client_id": "crossdock",
        "security_protocol": protocol,
        "request_timeout_ms": int(CONFIRM_SECONDS * 1000),
    }
    if server.tls:
        found["ssl_context"] = create_ssl_context()
    if server.user:
        found["sasl_mechanism"] = server.mechanism
        found["sasl_plain_username"] = server.user
        found["sasl_plain_password"] = secrets.reveal(server.password) if server.password else ""
    return found


class KafkaWire:
    """Implements `crossdock.ports.outbox.Wire`."""

    def __init__(self, config: KafkaOut, secrets: Secrets) -> None:
        """Nothing is connected yet."""
        self._config = config
        self._secrets = secrets
        self._connected: Connected[AIOKafkaProducer] = Connected(self._open, _stop)

    async def send(self, message: Envelope) -> Outcome:
        """What became of it."""
        producer = None
        try:
            producer = await self._connected.get()
            await producer.send_and_wait(
                self._config.topic,
                message.body,
                key=message.subject.encode(),
                headers=[
                    ("content-type", b"application/cloudevents+json"),
                    ("ce_id", message.id.encode()),
                    ("ce_type", f"crossdock.{message.type}".encode()),
                ],
            )
        except MessageSizeTooLargeError as large:
            text = "The event is larger than Kafka takes: raise max.message.bytes of the topic."
            return Declined(Explanation(text, f"{len(message.body)} bytes: {large}"))
        except FAILURES as problem:
            await self._connected.drop(producer)
            return unreachable("Kafka", problem)
        return Sent()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._connected.drop()

    async def _open(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **options(self._config, self._secrets), acks="all", enable_idempotence=self._config.idempotent
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer


async def _stop(link: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    await link.stop()


class KafkaSource:
    """Implements `crossdock.bridges.taking.Source`: workers share the topic's partitions in a consumer group. A message
    is named by its place in the topic, or by the header ``ce_id``.
    """

    exclusive = False

    def __init__(self, config: KafkaIn, secrets: Secrets) -> None:
        """Nothing is connected yet."""
        self._config = config
        self._secrets = secrets
        self._connected: Connected[AIOKafkaConsumer] = Connected(self._open, _stop)

    async def fetch(self, most: int, seconds: float) -> Sequence[Message]:
        """What has come."""
        consumer = None
        try:
            consumer = await self._connected.get()
            arrived = await consumer.getmany(timeout_ms=int(seconds * 1000), max_records=most)
        except FAILURES as problem:
            await self._connected.drop(consumer)
            raise BrokerDown(f"Kafka: {type(problem).__name__} {problem}") from problem
        return [self._message(each) for records in arrived.values() for each in records]

    async def acknowledge(self, messages: Sequence[Message]) -> None:  # noqa: ARG002 - the group's place covers them
        """They are durable here: the group's place moves on."""
        consumer = None
        try:
            consumer = await self._connected.get()
            await consumer.commit()
        except FAILURES as problem:
            await self._connected.drop(consumer)
            raise BrokerDown(f"Kafka: {type(problem).__name__} {problem}") from problem

    async def release(self) -> None:
        """Begin again at the group's place."""
        await self._connected.drop()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._connected.drop()

    def _message(self, record: Any) -> Message:
        headers = {name: value.decode(errors="replace") for name, value in record.headers if value is not None}
        identity = headers.get("ce_id") or f"{record.partition}/{record.offset}"
        kind = headers.get("content-type", "")
        return Message(f"{self._config.topic}/{identity}", record.value or b"", headers, kind)

    async def _open(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            self._config.topic,
            **options(self._config, self._secrets),
            group_id=self._config.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        try:
            await consumer.start()
        except BaseException:
            await consumer.stop()
            raise
        return consumer
