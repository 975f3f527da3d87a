"""Landmark Global's declaration."""

from crossdock.connectors.landmark.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "landmark",
    "Landmark Global",
    Listening("Landmark Global", read),
    summary="Tracking events of Landmark Global in the answers of its API.",
    aliases=(
        "landmark_global",
        "landmark_global_xml",
        "bpost_landmark",
    ),
)
