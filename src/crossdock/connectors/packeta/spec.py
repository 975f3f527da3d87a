"""Packeta's declaration."""

from crossdock.connectors.packeta.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "packeta",
    "Packeta",
    Listening("Packeta", read),
    summary="Tracking records of Packeta: packetTracking and packetStatus.",
    aliases=("zasilkovna", "packeta_cz", "packeta_sk", "packeta_hu"),
)
