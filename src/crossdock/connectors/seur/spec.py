"""SEUR's declaration."""

from crossdock.connectors.seur.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "seur",
    "SEUR",
    Listening("SEUR", read),
    summary="Tracking events of SEUR.",
    aliases=("seur_es", "dpd_seur"),
)
