"""Canpar's declaration."""

from crossdock.connectors.canpar.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "canpar",
    "Canpar",
    Listening("Canpar", read),
    summary="Tracking events of Canpar and Loomis in the answers of their web services.",
    aliases=(
        "loomis",
        "loomis_express",
        "canpar_ws",
        "canpar_express",
    ),
)
