"""Freightcom's declaration."""

from crossdock.connectors.freightcom.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "freightcom",
    "Freightcom",
    Listening("Freightcom", read),
    summary="Tracking events of Freightcom's API.",
    aliases=(
        "freightcom_v2",
        "freightcom_rest",
        "clickship",
    ),
)
