"""Swiss Post's declaration."""

from crossdock.connectors.swiss_post.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "swiss_post",
    "Swiss Post",
    Listening("Swiss Post", read),
    summary="Tracking events of Swiss Post: the data behind its track and trace page.",
    aliases=("postch", "post_ch", "swisspost", "la_poste_suisse", "die_post"),
)
