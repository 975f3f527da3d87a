"""4PX's declaration."""

from crossdock.connectors.fourpx.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "fourpx",
    "4PX",
    Listening(
        "4PX",
        read,
    ),
    summary="Tracking events of 4PX, as its open platform (tr.order.tracking.get) answers them.",
    aliases=("fpx", "4px", "four_px", "4px_express"),
)
