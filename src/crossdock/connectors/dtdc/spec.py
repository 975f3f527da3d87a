"""DTDC's declaration."""

from crossdock.connectors.dtdc.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "dtdc",
    "DTDC",
    Listening("DTDC", read),
    summary="Tracking events of DTDC.",
    aliases=("dtdc_india", "dtdc_express"),
)
