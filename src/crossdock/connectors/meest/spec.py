"""Meest's declaration."""

from crossdock.connectors.meest.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "meest",
    "Meest",
    Listening(
        "Meest",
        read,
    ),
    summary="Tracking events of Meest: the answers of its XML service (API-1C) and of its JSON API 3.",
    aliases=("meest_poland", "meest_express", "meest-express", "meestexpress"),
)
