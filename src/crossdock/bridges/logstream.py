"""The stream that keeps the log's bytes, as configured, and what moves them there."""

from crossdock.backbone.ship import Shipper
from crossdock.ports.clock import Clock
from crossdock.ports.secrets import Secrets
from crossdock.ports.stores import Store
from crossdock.ports.stream import Stream
from crossdock.settings.sections import LogSettings


def stream_of(log: LogSettings | None, secrets: Secrets) -> Stream | None:
    """What keeps the log's bytes, if any; not connected yet. Raises `MissingLibrary` and `UnknownSecret`."""
    if log is None:
        return None
    from crossdock.transports.jetstream import Cluster, JetStream  # noqa: PLC0415 - its library is an extra

    password = secrets.reveal(log.password) if log.password else ""
    return JetStream(Cluster(log.servers, log.user, password, log.tls, log.name, log.replicas))


def shipper_of(log: LogSettings | None, secrets: Secrets, store: Store, clock: Clock) -> Shipper | None:
    """What moves the log's bytes there, over a connection of its own."""
    stream = stream_of(log, secrets)
    return Shipper(store, stream, clock, int(log.hold_seconds * 1_000_000)) if stream and log else None
