"""Stamps.com's declaration."""

from crossdock.connectors.stamps.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "stamps",
    "Stamps.com",
    Listening("Stamps.com", read),
    summary="Tracking events of Stamps.com's web service.",
    aliases=(
        "stamps_com",
        "stampscom",
        "stamps_swsim",
        "endicia",
    ),
)
