"""PPL (DHL eCommerce Czechia)'s declaration."""

from crossdock.connectors.dhl_ppl.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "dhl_ppl",
    "PPL (DHL eCommerce Czechia)",
    Listening("PPL (DHL eCommerce Czechia)", read),
    summary="Tracking events of PPL: trackAndTrace of the CPL API and package statuses of MyAPI2.",
    aliases=(
        "ppl",
        "ppl_cz",
        "dhl_parcel_cz",
        "dhl_ecommerce_ppl",
    ),
)
