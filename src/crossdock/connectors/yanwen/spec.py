"""Yanwen's declaration."""

from crossdock.connectors.yanwen.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "yanwen",
    "Yanwen",
    Listening("Yanwen", read),
    summary="Tracking checkpoints of Yanwen.",
    aliases=("yanwen_express", "yw56"),
)
