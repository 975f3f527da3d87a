"""Delhivery's declaration."""

from crossdock.connectors.delhivery.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "delhivery",
    "Delhivery",
    Listening(
        "Delhivery",
        read,
        pull=Pull("https://track.delhivery.com/api/v1/packages/json/?waybill={number}", "Authorization", "Token "),
    ),
    summary="Tracking events of Delhivery: the packages of its tracking API, and pushed scans.",
    aliases=("delhivery_express", "delhivery_india"),
)
