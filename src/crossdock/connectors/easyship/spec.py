"""Easyship's declaration."""

from crossdock.connectors.easyship.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec
from crossdock.transports.signatures import JwtHs256

SPEC = tracking_spec(
    "easyship",
    "Easyship",
    Listening("Easyship", read, signature=JwtHs256("x-easyship-signature")),
    summary="Checkpoints of Easyship's tracking, of its webhooks and of its answers.",
    aliases=(
        "easyship_v2",
        "easyship_api",
        "easyship_v1",
    ),
)
