"""Events to an MQTT 5 broker (https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html) with QoS 1: the broker
confirms each. User property ``id`` is the event's id.
"""

import re
import ssl

from crossdock.bridges.connecting import CONFIRM_SECONDS, Connected, MissingLibrary, unreachable
from crossdock.ports.outbox import Envelope, Outcome, Sent
from crossdock.ports.secrets import Secrets
from crossdock.settings.fanout import MqttOut, MqttServer

try:
    from aiomqtt import Client, MqttError, ProtocolVersion
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties
except ImportError as missing:
    raise MissingLibrary("mqtt") from missing

FAILURES = (MqttError, OSError, LookupError, TimeoutError)
"""How the library says that the broker does not answer."""
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
