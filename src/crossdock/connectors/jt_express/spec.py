"""J&T Express's declaration."""

from crossdock.connectors.jt_express.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "jt_express",
    "J&T Express",
    Listening("J&T Express", read),
    summary="Tracking events of J&T Express.",
    aliases=("jt", "jnt", "jtexpress", "jnt_express", "j_t_express"),
)
