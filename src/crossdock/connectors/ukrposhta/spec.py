"""Ukrposhta's declaration."""

from crossdock.connectors.ukrposhta.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "ukrposhta",
    "Ukrposhta",
    Listening(
        "Ukrposhta",
        read,
        pull=Pull(
            "https://www.ukrposhta.ua/status-tracking/0.0.1/statuses?barcode={number}", "Authorization", "Bearer "
        ),
    ),
    summary="Tracking events of Ukrposhta, as its status tracking API answers them for one number or many.",
    aliases=("ukr_poshta", "ukr-poshta", "ukr_post"),
)
