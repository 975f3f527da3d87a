"""bpost's declaration."""

from crossdock.connectors.bpost.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "bpost",
    "bpost",
    Listening("bpost", read),
    summary="Tracking events of bpost: the Shipping Manager's itemTracking and the data of the parcel page.",
    aliases=(
        "bpost_world",
        "bpost_international",
        "bpost_be",
        "bpack",
    ),
)
