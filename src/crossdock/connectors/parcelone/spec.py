"""Parcel.One's declaration."""

from crossdock.connectors.parcelone.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "parcelone",
    "Parcel.One",
    Listening("Parcel.One", read),
    summary="Tracking events of Parcel.One: the tracking of its shipping API.",
    aliases=(
        "parcel_one",
        "parcelone_de",
        "awiwe",
    ),
)
