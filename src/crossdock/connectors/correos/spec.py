"""Correos's declaration."""

from crossdock.connectors.correos.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "correos",
    "Correos",
    Listening("Correos", read),
    summary="Tracking events of Correos (Spain) and of Correos Express.",
    aliases=(
        "correos_de_espana",
        "correos_express_es",
        "correos_es",
        "correos_spain",
        "correos_express",
        "correosexpress",
    ),
)
