"""Zoom2u's declaration."""

from crossdock.connectors.zoom2u.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "zoom2u",
    "Zoom2u",
    Listening(
        "Zoom2u",
        read,
        pull=Pull("https://api.zoom2u.com/api/v1/delivery/status/{number}", "Authorization", "Bearer "),
    ),
    summary="Tracking events of Zoom2u: the current status of a delivery, answered or pushed.",
)
