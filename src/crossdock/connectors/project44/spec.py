"""project44's declaration."""

from crossdock.connectors.project44.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "project44",
    "project44",
    Listening(
        "project44",
        read,
    ),
    summary="Tracking events of freight through project44: the tracking history (API v4), and status updates of LTL.",
    aliases=("p44",),
)
