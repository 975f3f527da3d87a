"""SF Express' declaration."""

from crossdock.connectors.sf_express.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "sf_express",
    "SF Express",
    Listening(
        "SF Express",
        read,
    ),
    summary="Tracking events of SF Express: route push, and the answers of the route service (JSON and XML).",
    aliases=("sf_international", "shun_feng", "sf", "shunfeng", "sf-express", "sfexpress"),
)
