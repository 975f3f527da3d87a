"""Royal Mail's declaration."""

from crossdock.connectors.royalmail.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "royalmail",
    "Royal Mail",
    Listening("Royal Mail", read),
    summary="Tracking events of Royal Mail: Tracking API v2, one item's events or many items' summaries.",
    aliases=(
        "royal_mail_uk",
        "royalmail_uk",
        "parcelforce_worldwide",
        "parcel_force",
        "royalmail_v2",
        "royalmail_clickdrop",
        "royal_mail",
        "sapient",
        "parcelforce",
        "royalmail_sapient",
    ),
)
