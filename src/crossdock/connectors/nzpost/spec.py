"""New Zealand Post's declaration."""

from crossdock.connectors.nzpost.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "nzpost",
    "New Zealand Post",
    Listening("New Zealand Post", read),
    summary="Tracking events of New Zealand Post and CourierPost.",
    aliases=("nz_post", "new_zealand_post", "newzealandpost", "courierpost", "courier_post"),
)
