"""Bring's declaration."""

from crossdock.connectors.bring.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "bring",
    "Bring",
    Listening("Bring", read),
    summary="Tracking events of Bring and Posten Norge.",
    aliases=("posten_norge", "posten", "bring_no", "norway_post"),
)
