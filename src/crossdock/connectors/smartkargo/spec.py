"""SmartKargo's declaration."""

from crossdock.connectors.smartkargo.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "smartkargo",
    "SmartKargo",
    Listening("SmartKargo", read),
    summary="Tracking events of airlines' parcels in SmartKargo's API.",
    aliases=(
        "smart_kargo",
        "smartkargo_delivery",
    ),
)
