"""eShipper's declaration."""

from crossdock.connectors.eshipper.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "eshipper",
    "eShipper",
    Listening("eShipper", read),
    summary="Tracking events of eShipper's API.",
    aliases=(
        "eshipper_xml",
        "e_shipper",
    ),
)
