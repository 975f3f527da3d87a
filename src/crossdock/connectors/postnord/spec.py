"""PostNord's declaration."""

from crossdock.connectors.postnord.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "postnord",
    "PostNord",
    Listening(
        "PostNord",
        read,
        pull=Pull(
            "https://api2.postnord.com/rest/shipment/v5/trackandtrace/findByIdentifier.json?id={number}&locale=en",
            "apikey",
        ),
    ),
    summary="Tracking events of PostNord: track and trace by identifier, JSON or XML.",
    aliases=(
        "postnord_fi",
        "posten_norden",
        "postnord_denmark",
        "postnord_sweden",
        "post_nord",
        "postnord_se",
        "postnord_dk",
        "postnord_no",
        "postnord_logistics",
    ),
)
