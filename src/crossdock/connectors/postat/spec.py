"""Austrian Post's declaration."""

from crossdock.connectors.postat.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "postat",
    "Austrian Post",
    Listening("Austrian Post", read),
    summary="Tracking events of Austrian Post: its parcel page, the page's data and its web service.",
    aliases=(
        "austria_post",
        "post_austria",
        "postat_web",
        "post_at",
        "austrian_post",
        "oesterreichische_post",
    ),
)
