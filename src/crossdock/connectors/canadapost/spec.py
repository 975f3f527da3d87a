"""Canada Post's declaration."""

from crossdock.connectors.canadapost.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "canadapost",
    "Canada Post",
    Listening("Canada Post", read),
    summary="Tracking details and summaries of Canada Post, in XML.",
    aliases=(
        "postes_canada",
        "canada_post",
        "canadapost_rest",
        "canada_post_web",
        "canadapost_web",
        "canada_post_pws",
    ),
)
