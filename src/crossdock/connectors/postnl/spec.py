"""PostNL's declaration."""

from crossdock.connectors.postnl.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "postnl",
    "PostNL",
    Listening(
        "PostNL", read, pull=Pull("https://api.postnl.nl/shipment/v2/status/barcode/{number}?detail=true", "apikey")
    ),
    summary="Tracking events of PostNL: ShippingStatus v2 and the data of its parcel page.",
    aliases=(
        "postnl_be",
        "postnl_international",
        "post_nl",
        "postnl_nl",
        "tnt_post",
    ),
)
