"""Ninja Van's declaration."""

from crossdock.connectors.ninjavan.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec
from crossdock.transports.signatures import BodyHmac

SPEC = tracking_spec(
    "ninjavan",
    "Ninja Van",
    Listening(
        "Ninja Van",
        read,
        signature=BodyHmac("x-ninjavan-hmac-sha256", "base64"),
    ),
    summary="Tracking events of Ninja Van, as its webhooks push them, signed with HMAC-SHA256.",
    aliases=("ninjavan_sg", "ninjavan_my", "ninja_van_sg", "ninja_van", "ninja-van"),
)
