"""Amazon Shipping's declaration."""

from crossdock.connectors.amazon_shipping.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "amazon_shipping",
    "Amazon Shipping",
    Listening("Amazon Shipping", read),
    summary="Tracking events of Amazon Shipping and of Amazon's multi-channel fulfilment.",
    aliases=(
        "amazon",
        "amazon_mws",
        "amazon_shipping_v2",
        "amazon_fba",
        "amazon_sp",
        "amazonshipping",
    ),
)
