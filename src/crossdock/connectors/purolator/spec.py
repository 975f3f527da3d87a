"""Purolator's declaration."""

from crossdock.connectors.purolator.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "purolator",
    "Purolator",
    Listening("Purolator", read),
    summary="Scans in the answers of Purolator's Tracking Service.",
    aliases=(
        "purolator_ws",
        "purolator_courier",
        "purolator_freight",
        "purolator_express",
    ),
)
