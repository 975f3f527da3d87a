"""The declaration of a carrier by configuration."""

from msgspec import structs

from crossdock.connectors.generic.config import CHARGES, GenericConfig
from crossdock.connectors.generic.connector import GenericConnector, nothing
from crossdock.ports.spec import Webhook
from crossdock.tracking.connector import EVENTS, Listening, tracking_spec

SPEC = structs.replace(
    tracking_spec(
        "generic",
        "Any carrier, by configuration",
        Listening("Any carrier", nothing),
        summary="Events and charges of a carrier without a connector of its own: CSV, JSON or XML, by settings.",
        aliases=("any-carrier",),
    ),
    config=GenericConfig,
    build=GenericConnector,
    commands=("tracking.request.v1",),
    emits=(*EVENTS, "freight.charged.v1"),
    webhooks=(
        Webhook("events", "as configured: a token, or an HMAC of the body", "Events as the carrier sends them."),
        Webhook(CHARGES, "as configured: a token, or an HMAC of the body", "What it charges for shipments."),
    ),
)
