"""China Post's declaration."""

from crossdock.connectors.china_post.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "china_post",
    "China Post",
    Listening("China Post", read),
    summary="Tracking traces of China Post and EMS.",
    aliases=("ems", "china_ems", "china_post_ems", "chinapost"),
)
