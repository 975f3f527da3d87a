"""GEODIS's declaration."""

from crossdock.connectors.geodis.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "geodis",
    "GEODIS",
    Listening("GEODIS", read),
    summary="Tracking events of GEODIS: the follow-up (suivi) of its Espace Client API.",
    aliases=(
        "calberson",
        "geodis_france",
        "geodis_calberson",
        "france_express",
    ),
)
