"""AfterShip's declaration."""

from crossdock.connectors.aftership.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec
from crossdock.transports.signatures import BodyHmac

SPEC = tracking_spec(
    "aftership",
    "AfterShip",
    Listening(
        "AfterShip",
        read,
        signature=BodyHmac("aftership-hmac-sha256", "base64"),
        pull=Pull("https://api.aftership.com/tracking/2025-07/trackings?tracking_numbers={number}", "as-api-key"),
    ),
    summary="Tracking events of any carrier through AfterShip: API answers, and webhooks signed with HMAC-SHA256.",
    aliases=(
        "after_ship",
        "aftership_v4",
        "aftership_api",
    ),
)
