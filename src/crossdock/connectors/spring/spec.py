"""Spring GDS's declaration."""

from crossdock.connectors.spring.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "spring",
    "Spring GDS",
    Listening("Spring GDS", read),
    summary="Tracking events of Spring GDS: TrackShipment of the XBS API.",
    aliases=(
        "spring_gds",
        "springgds",
        "xbs",
    ),
)
