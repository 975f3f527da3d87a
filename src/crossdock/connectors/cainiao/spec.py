"""Cainiao's declaration."""

from crossdock.connectors.cainiao.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "cainiao",
    "Cainiao",
    Listening("Cainiao", read),
    summary="Tracking events of Cainiao.",
    aliases=("aliexpress", "cainiao_global", "cainiao_smart"),
)
