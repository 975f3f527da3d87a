"""SEKO Logistics' declaration."""

from crossdock.connectors.seko.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec
from crossdock.transports.signatures import StaticCredential

SPEC = tracking_spec(
    "seko",
    "SEKO Logistics",
    Listening(
        "SEKO Logistics",
        read,
        signature=StaticCredential("password"),
    ),
    summary="Tracking events of SEKO's OmniParcel: its tracking answers and webhook, and the events of returns.",
    aliases=("seko_logistics", "seko-logistics", "omniparcel", "omni_parcel"),
)
