"""DHL eCommerce Americas's declaration."""

from crossdock.connectors.dhl_ecommerce.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "dhl_ecommerce",
    "DHL eCommerce Americas",
    Listening("DHL eCommerce Americas", read),
    summary="Tracking events of DHL eCommerce Americas and of DHL Global Mail.",
    aliases=(
        "dhl_gm",
        "dhl_global_mail",
        "dhl_globalmail",
        "dhl_ecommerce_us",
        "dhl_ecommerce_americas",
        "dhl_ecommerce_amer",
        "dhl_ecommerce_v4",
        "dhlgm",
    ),
)
