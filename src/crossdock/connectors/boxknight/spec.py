"""BoxKnight's declaration."""

from crossdock.connectors.boxknight.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "boxknight",
    "BoxKnight",
    Listening("BoxKnight", read),
    summary="Status changes in BoxKnight's orders.",
    aliases=("boxknight_api",),
)
