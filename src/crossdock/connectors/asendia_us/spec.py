"""Asendia USA's declaration."""

from crossdock.connectors.asendia_us.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "asendia_us",
    "Asendia USA",
    Listening("Asendia USA", read),
    summary="Milestones of Asendia USA's tracking API.",
    aliases=(
        "asendia_usa",
        "asendia_us_fusion",
    ),
)
