"""Chronopost's declaration."""

from crossdock.connectors.chronopost.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "chronopost",
    "Chronopost",
    Listening("Chronopost", read),
    summary="Tracking events of Chronopost: trackSkybill and its sisters.",
    aliases=(
        "chronopost_france",
        "chrono",
        "chronopost_fr",
        "chronopost_international",
    ),
)
