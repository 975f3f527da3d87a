"""Roadie's declaration."""

from crossdock.connectors.roadie.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "roadie",
    "Roadie",
    Listening("Roadie", read),
    summary="Events of Roadie's shipments.",
    aliases=(
        "roadie_api",
        "ups_roadie",
    ),
)
