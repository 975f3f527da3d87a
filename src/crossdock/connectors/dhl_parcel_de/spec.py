"""DHL Paket's declaration."""

from crossdock.connectors.dhl_parcel_de.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "dhl_parcel_de",
    "DHL Paket",
    Listening("DHL Paket", read),
    summary="Tracking events of DHL Paket (Germany): Parcel DE Tracking's XML and the data of its tracking page.",
    aliases=(
        "dhl_paket_web",
        "dhl_germany",
        "dhl_parcel_germany",
        "deutsche_post_dhl",
        "dhl_paket_de_web",
        "dhl_paket",
        "dhl_paket_de",
        "dpdhl",
        "dhl_de",
        "deutsche_post",
        "deutschepost",
        "synthetic",
    ),
)
