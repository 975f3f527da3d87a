"""Shipwire's declaration."""

from crossdock.connectors.shipwire.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "shipwire",
    "Shipwire",
    Listening("Shipwire", read),
    summary="When Shipwire's orders were shipped, scanned and delivered.",
    aliases=(
        "shipwire_v3",
        "shipwire_xml",
    ),
)
