"""Mondial Relay's declaration."""

from crossdock.connectors.mondial_relay.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "mondial_relay",
    "Mondial Relay",
    Listening("Mondial Relay", read),
    summary="Tracking events of Mondial Relay: the detailed parcel tracing of its SOAP service.",
    aliases=(
        "inpost_fr",
        "mondialrelay_fr",
        "mondialrelay",
        "mondial_relay_fr",
    ),
)
