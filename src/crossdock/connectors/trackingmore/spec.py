"""TrackingMore's declaration."""

from crossdock.connectors.trackingmore.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "trackingmore",
    "TrackingMore",
    Listening(
        "TrackingMore",
        read,
        pull=Pull("https://api.trackingmore.com/v4/trackings/get?tracking_numbers={number}", "Tracking-Api-Key"),
    ),
    summary="Tracking events of any carrier through TrackingMore: API answers and webhooks, v2 to v4.",
    aliases=("tracking_more",),
)
