"""Between YunExpress's GetTrackInfo and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.yunexpress")
_FINE = frozenset({"", "0000", "5001"})


def read(tree: Tree, scans: Scans) -> None:
    """An answer with one Item or a list of them."""
    items = each(tree, "Item")
    code = text(tree, "Code")
    if code not in _FINE:
        scans.refusal(f"{code} {text(tree, 'Message')}".strip())
    elif not items:
        scans.problem("", "this is no answer of GetTrackInfo")
    for item in items:
        number = any_text(item, "WaybillNumber", "TrackingNumber")
        details = each(item, "OrderTrackingDetails")
        for detail in details:
            said = text(detail, "ProcessContent")
            occurred = scans.when("/Item/OrderTrackingDetails/ProcessDate", moment, text(detail, "ProcessDate"))
            place = Address(city=text(detail, "ProcessLocation"))
            scans.scan(number, occurred, CODES.meaning("yunexpress.content", "", said), text=said, place=place)
        if not details and code in _FINE:
            scans.refusal(f"{number}: no events")
