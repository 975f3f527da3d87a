"""YunExpress' declaration."""

from crossdock.connectors.yunexpress.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "yunexpress",
    "YunExpress",
    Listening(
        "YunExpress",
        read,
        pull=Pull(
            "https://oms.api.yunexpress.com/api/Tracking/GetTrackInfo?OrderNumber={number}", "Authorization", "Basic "
        ),
    ),
    summary="Tracking events of YunExpress, as its order API (GetTrackInfo) answers them.",
    aliases=("yunexp", "yun", "yun_express", "yun-express"),
)
