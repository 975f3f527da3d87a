"""InPost's declaration."""

from crossdock.connectors.inpost.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "inpost",
    "InPost",
    Listening("InPost", read, pull=Pull("https://api-shipx-pl.easypack24.net/v1/tracking/{number}")),
    summary="Tracking events of InPost: ShipX tracking and webhooks, and the group's tracking API.",
    aliases=(
        "inpost_uk",
        "inpost_it",
        "inpost_locker",
        "inpost_pl",
        "shipx",
        "inpost_shipx",
        "paczkomaty",
        "inpost_group",
    ),
)
