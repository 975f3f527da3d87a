"""Teleship's declaration."""

from crossdock.connectors.teleship.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "teleship",
    "Teleship",
    Listening(
        "Teleship",
        read,
        pull=Pull("https://api.teleship.com/api/tracking/{number}", "Authorization", "Bearer "),
    ),
    summary="Tracking events of Teleship, as its tracking API answers them and its webhooks push them.",
)
