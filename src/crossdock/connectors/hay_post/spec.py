"""HayPost's declaration."""

from crossdock.connectors.hay_post.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "hay_post",
    "HayPost",
    Listening(
        "HayPost",
        read,
        pull=Pull("https://api.haypost.am/trackingNumber/?lng=en&trackingNumber={number}"),
    ),
    summary="Tracking events of HayPost's public tracking, in the event names of the Universal Postal Union.",
    aliases=("haypost", "hay-post"),
)
