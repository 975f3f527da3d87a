"""Aramex's declaration."""

from crossdock.connectors.aramex.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "aramex",
    "Aramex",
    Listening(
        "Aramex",
        read,
    ),
    summary="Tracking events of Aramex: the Shipments Tracking API (SOAP and JSON) and South African waybills.",
    aliases=(
        "aramex_sa",
        "aramex_za",
        "aramex_ws",
    ),
)
