"""OnTrac's declaration."""

from crossdock.connectors.ontrac.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "ontrac",
    "OnTrac",
    Listening("OnTrac", read),
    summary="Tracking events of OnTrac's web services and of LaserShip.",
    aliases=("lasership", "on_trac", "laser_ship", "ontrac_final_mile"),
)
