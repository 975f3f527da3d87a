"""Blue Dart's declaration."""

from crossdock.connectors.bluedart.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "bluedart",
    "Blue Dart",
    Listening("Blue Dart", read),
    summary="Tracking scans of Blue Dart.",
    aliases=("blue_dart", "bluedart_express"),
)
