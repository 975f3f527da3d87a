"""Events to an MQTT 5 broker (https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html) with QoS 1: the broker
confirms each. User property ``id`` is the event's id.
"""

import asyncio
import re
import ssl
from collections.abc import Sequence
from typing import Any, NoReturn

from crossdock.bridges.connecting import CONFIRM_SECONDS, Connected, unreachable
from crossdock.bridges.taking import BrokerDown, Message
from crossdock.ports.outbox import Envelope, Outcome, Sent
from crossdock.ports.secrets import Secrets
from crossdock.settings.fanout import MqttIn, MqttOut, MqttServer
from crossdock.transports.libraries import MissingLibrary

try:
    from aiomqtt import Client, MqttError, ProtocolVersion
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties
except ImportError as missing:
    raise MissingLibrary("mqtt") from missing

FAILURES = (MqttError, OSError, LookupError, TimeoutError)
"""How the library says that the broker does not answer."""
_SESSION_SECONDS = 7 * 86_400
_NO_LEVEL = re.compile(r"[\s/+#\x00]")


def client(server: MqttServer, secrets: Secrets, **options: object) -> Client:
    """A client that is not connected yet. Raises `UnknownSecret`."""
    return Client(
        server.host,
        server.port,
        username=server.user or None,
        password=secrets.reveal(server.password) if server.password else None,
        protocol=ProtocolVersion.V5,
        tls_context=ssl.create_default_context() if server.tls else None,
        timeout=CONFIRM_SECONDS,
        **options,
    )


def topic_of(prefix: str, message: Envelope) -> str:
    """Where the event goes: PREFIX/TYPE/SUBJECT, the type's dots as slashes, the subject as one level.

    >>> topic_of("x", Envelope("1", "tracking.reported.v1", "do:odoo:A/7", b"", 0))
    'x/tracking/reported/v1/do:odoo:A_7'
    """
    return f"{prefix}/{message.type.replace('.', '/')}/{_NO_LEVEL.sub('_', message.subject)}"


class MqttWire:
    """Implements `crossdock.ports.outbox.Wire`."""

    def __init__(self, config: MqttOut, secrets: Secrets) -> None:
        """Nothing is connected yet."""
        self._config = config
        self._secrets = secrets
        self._connected: Connected[Client] = Connected(self._open, close)

    async def send(self, message: Envelope) -> Outcome:
        """What became of it."""
        link = None
        said = Properties(PacketTypes.PUBLISH)
        said.ContentType = "application/cloudevents+json"
        said.UserProperty = [("id", message.id), ("type", f"crossdock.{message.type}")]
        try:
            link = await self._connected.get()
            await link.publish(topic_of(self._config.prefix, message), message.body, qos=1, properties=said)
        except FAILURES as problem:
            await self._connected.drop(link)
            return unreachable("the MQTT broker", problem)
        return Sent()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._connected.drop()

    async def _open(self) -> Client:
        made = client(self._config, self._secrets)
        await made.__aenter__()
        return made


async def close(link: Client) -> None:
    """End the session politely, where that is still possible."""
    await link.__aexit__(None, None, None)


class MqttSource:
    """Implements `crossdock.bridges.taking.Source`: a session that the broker keeps, held by one worker at a time. A
    message is named by its user property ``id``; without one nothing deduplicates it here.
    """

    exclusive = True

    def __init__(self, config: MqttIn, secrets: Secrets) -> None:
        """Nothing is connected yet."""
        self._config = config
        self._secrets = secrets
        self._connected: Connected[Client] = Connected(self._open, close)
        self._next: asyncio.Task[Any] | None = None

    async def fetch(self, most: int, seconds: float) -> Sequence[Message]:
        """What has come. The task that waits for the next message lives on, or a message might be lost with it."""
        link = None
        try:
            link = await self._connected.get()
            if self._next is None:
                self._next = asyncio.ensure_future(anext(link.messages))
            done, _ = await asyncio.wait({self._next}, timeout=seconds)
            if not done:
                return ()
            waited, self._next = self._next, None
            arrived = [waited.result()]
            while link.messages and len(arrived) < most:
                arrived.append(await anext(link.messages))
        except FAILURES as problem:
            await self._lost(link, problem)
        return [_message(each) for each in arrived]

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """They are durable here."""
        link = None
        try:
            link = await self._connected.get()
            for each in messages:
                link._client.ack(*each.handle)  # noqa: SLF001 - the wrapper does not offer it
        except FAILURES as problem:
            await self._lost(link, problem)

    async def release(self) -> None:
        """End the connection: the broker gives out again what was not acknowledged when the session goes on."""
        await self.close()

    async def close(self) -> None:
        """Let go of the connection; the session stays at the broker."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        await self._connected.drop()

    async def _lost(self, link: Client | None, problem: BaseException) -> NoReturn:
        self._next = None
        await self._connected.drop(link)
        raise BrokerDown(f"the MQTT broker: {type(problem).__name__} {problem}") from problem

    async def _open(self) -> Client:
        kept = Properties(PacketTypes.CONNECT)
        kept.SessionExpiryInterval = _SESSION_SECONDS
        identity = self._config.client_id
        made = client(self._config, self._secrets, identifier=identity, clean_start=False, properties=kept)
        made._client.manual_ack_set(True)  # noqa: SLF001 - or the library acknowledges before anything is durable
        await made.__aenter__()
        await made.subscribe(self._config.topic, qos=1)
        return made


def _message(raw: Any) -> Message:
    pairs = dict(getattr(raw.properties, "UserProperty", ()) or ())
    kind = getattr(raw.properties, "ContentType", "") or ""
    return Message(pairs.get("id", ""), bytes(raw.payload or b""), pairs, kind, (raw.mid, raw.qos))
