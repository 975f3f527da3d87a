"""Events to Kafka: the key is the subject, so one partition of the topic has its events in order; all replicas in sync
confirm (https://kafka.apache.org/documentation/#producerconfigs_acks). Header ``ce_id`` is the event's id.
"""

from typing import Any

from crossdock.bridges.connecting import CONFIRM_SECONDS, Connected, MissingLibrary, unreachable
from crossdock.ports.outbox import Declined, Envelope, Outcome, Sent
from crossdock.ports.secrets import Secrets
from crossdock.ports.verdicts import Explanation
from crossdock.settings.fanout import KafkaOut, KafkaServer

try:
    from aiokafka import AIOKafkaProducer
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


async def _stop(producer: AIOKafkaProducer) -> None:
    await producer.stop()
