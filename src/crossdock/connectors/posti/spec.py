"""Posti's declaration."""

from crossdock.connectors.posti.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "posti",
    "Posti",
    Listening("Posti", read),
    summary="Tracking events of Posti.",
    aliases=("posti_fi", "itella", "posti_group"),
)
