"""TNT's declaration."""

from crossdock.connectors.tnt.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "tnt",
    "TNT",
    Listening("TNT", read),
    summary="Tracking events of TNT in the answers of ExpressConnect Tracking 3.",
    aliases=("tnt_express", "tnt_uk", "tnt_fr", "tnt_nl", "tnt_xml", "fedex_tnt", "tnt_it"),
)
