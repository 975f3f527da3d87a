"""BRT's declaration."""

from crossdock.connectors.brt.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "brt",
    "BRT",
    Listening("BRT", read),
    summary="Tracking events of BRT (Bartolini): the list of events of one parcel.",
    aliases=("bartolini", "brt_it", "brt_corriere"),
)
