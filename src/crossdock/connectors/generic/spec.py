"""The declaration of a carrier by configuration."""

from msgspec import structs

from crossdock.connectors.generic.config import GenericConfig
from crossdock.connectors.generic.connector import GenericConnector, nothing
from crossdock.ports.spec import Webhook
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = structs.replace(
    tracking_spec(
        "generic",
        "Any carrier, by configuration",
        Listening("Any carrier", nothing),
        summary="Tracking events of a carrier without a connector of its own: CSV, JSON or XML, described by settings.",
        aliases=("any-carrier",),
    ),
    config=GenericConfig,
    build=GenericConnector,
    commands=("tracking.request.v1",),
    webhooks=(
        Webhook("events", "as configured: a token, or an HMAC of the body", "Events as the carrier sends them."),
    ),
)
