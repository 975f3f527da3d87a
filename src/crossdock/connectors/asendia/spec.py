"""Asendia's declaration."""

from crossdock.connectors.asendia.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "asendia",
    "Asendia",
    Listening("Asendia", read),
    summary="Tracking events of Asendia: the Asendia Sync API.",
    aliases=(
        "asendia_sync",
        "asendia_europe",
    ),
)
