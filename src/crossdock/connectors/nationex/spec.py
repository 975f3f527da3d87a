"""Nationex's declaration."""

from crossdock.connectors.nationex.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "nationex",
    "Nationex",
    Listening("Nationex", read),
    summary="Tracking of Nationex, in English or French.",
    aliases=("nationex_api",),
)
