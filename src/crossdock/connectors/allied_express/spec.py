"""Allied Express' declaration."""

from crossdock.connectors.allied_express.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "allied_express",
    "Allied Express",
    Listening(
        "Allied Express",
        read,
    ),
    summary="Tracking events of Allied Express, as its SOAP service getShipmentsStatus answers them, as XML or JSON.",
    aliases=(
        "allied_express_local",
        "allied-express",
        "alliedexpress",
    ),
)
