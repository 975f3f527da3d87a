"""Veho's declaration."""

from crossdock.connectors.veho.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "veho",
    "Veho",
    Listening("Veho", read),
    summary="Tracking events of Veho's API.",
    aliases=(
        "veho_api",
        "shipveho",
    ),
)
