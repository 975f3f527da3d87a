"""17TRACK's declaration."""

from crossdock.connectors.seventeentrack.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "seventeentrack",
    "17TRACK",
    Listening(
        "17TRACK",
        read,
    ),
    summary="Tracking events of any carrier through 17TRACK: API v2 answers and webhooks.",
    aliases=(
        "17track",
        "seventeen_track",
        "17-track",
        "seventeentrack_v2",
    ),
)
