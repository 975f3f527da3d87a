"""DHL Parcel Poland's declaration."""

from crossdock.connectors.dhl_poland.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "dhl_poland",
    "DHL Parcel Poland",
    Listening("DHL Parcel Poland", read),
    summary="Tracking events of DHL Parcel Poland: getTrackAndTraceInfo of DHL24.",
    aliases=(
        "dhl_parcel_poland",
        "dhl_parcel_polska",
        "dhl_pl",
        "dhl24",
        "dhl_parcel_pl",
    ),
)
