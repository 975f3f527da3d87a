"""Locate2u's declaration."""

from crossdock.connectors.locate2u.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "locate2u",
    "Locate2u",
    Listening(
        "Locate2u",
        read,
        pull=Pull("https://api.locate2u.com/api/v1/stops/{number}", "Authorization", "Bearer "),
    ),
    summary="Tracking events of Locate2u: the state of a stop, once something has happened there.",
)
