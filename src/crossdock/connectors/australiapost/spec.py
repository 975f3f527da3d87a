"""Australia Post's declaration."""

from crossdock.connectors.australiapost.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "australiapost",
    "Australia Post",
    Listening(
        "Australia Post",
        read,
        pull=Pull(
            "https://digitalapi.auspost.com.au/shipping/v1/track?tracking_ids={number}", "Authorization", "Basic "
        ),
    ),
    summary="Tracking events of Australia Post, eParcel and StarTrack in the answers of Track Items.",
    aliases=(
        "australia-post",
        "australia_post",
        "auspost",
        "eparcel",
        "startrack",
        "australia_post_v2",
        "auspost_web",
        "star_track",
        "star_track_express",
    ),
)
