"""Sendle's declaration."""

from crossdock.connectors.sendle.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "sendle",
    "Sendle",
    Listening(
        "Sendle",
        read,
        pull=Pull("https://api.sendle.com/api/tracking/{number}", "Authorization", "Basic "),
    ),
    summary="Tracking events of Sendle, as its tracking API answers them and its webhooks push them.",
    aliases=(
        "sendle_au",
        "sendle_us",
        "sendle_ca",
        "sendle_api",
    ),
)
