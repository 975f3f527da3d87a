"""DHL Unified Tracking's declaration."""

from crossdock.connectors.dhl_universal.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec
from crossdock.transports.signatures import StaticCredential

SPEC = tracking_spec(
    "dhl_universal",
    "DHL Unified Tracking",
    Listening(
        "DHL Unified Tracking",
        read,
        signature=StaticCredential("x-crossdock-token"),
        pull=Pull("https://api-eu.dhl.com/track/shipments?trackingNumber={number}", "DHL-API-Key"),
    ),
    summary="Tracking events of every DHL division by Shipment Tracking - Unified, asked for or pushed.",
    aliases=(
        "dhl_parcel",
        "dhl_parcel_benelux",
        "dhl_parcel_es",
        "dhl_parcel_spain",
        "dhl_parcel_be",
        "dhl_parcel_connect",
        "dhl_ecommerce_uk",
        "dhl_unified_tracking",
        "dhl_shipment_tracking",
        "dhl_ecommerce_netherlands",
        "dhl_supply_chain",
        "dhl",
        "dhl_unified",
        "dhl_tracking",
        "dhl_freight",
        "dhl_global_forwarding",
        "dhl_ecommerce_europe",
        "dhl_parcel_uk",
        "dhl_parcel_nl",
        "dhl_parcel_iberia",
        "dhl_sameday",
    ),
)
