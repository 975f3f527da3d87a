"""The declaration of a carrier by configuration."""

from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.generic.config import GenericConfig
from crossdock.connectors.generic.connector import GenericConnector
from crossdock.ports.spec import ConnectorSpec, Kind, Stability, Webhook
from crossdock.tracking.connector import EVENTS


def _hosts(config: Any) -> tuple[str, ...]:
    host = urlsplit(config.url).hostname
    return (host,) if host else ()


SPEC = ConnectorSpec(
    id="generic",
    title="Any carrier, by configuration",
    kind=Kind.CARRIER,
    stability=Stability.BETA,
    since="0.1",
    summary="Tracking events of a carrier without a connector of its own: CSV, JSON or XML, described by settings.",
    config=GenericConfig,
    build=GenericConnector,
    commands=("tracking.request.v1",),
    emits=EVENTS,
    webhooks=(
        Webhook("events", "as configured: a token, or an HMAC of the body", "Events as the carrier sends them."),
    ),
    aliases=("any-carrier",),
    hosts=_hosts,
    package="crossdock.connectors.generic",
)
