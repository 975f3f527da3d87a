"""Between 4PX's order tracking and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.fourpx")


def read(tree: Tree, scans: Scans) -> None:
    """An answer with ``data``, or errors."""
    errors = each(tree, "errors")
    for error in errors:
        scans.refusal(
            f"{any_text(error, 'errorCode', 'error_code')} {any_text(error, 'errorMsg', 'error_msg')}".strip()
        )
    orders = each(tree, "data")
    for order in orders:
        number = any_text(order, "deliveryOrderNo", "trackingNo")
        entries = each(order, "trackingList")
        for entry in entries:
            code, said = text(entry, "businessLinkCode"), text(entry, "trackingContent")
            occurred = scans.when("/data/trackingList/occurDatetime", moment, text(entry, "occurDatetime"))
            place = Address(city=text(entry, "occurLocation"))
            scans.scan(number, occurred, CODES.meaning("fourpx.code", code, said), code=code, text=said, place=place)
        if not entries and not errors:
            scans.refusal(f"{number}: no events")
    if not orders and not errors:
        if text(tree, "msg"):
            scans.refusal(text(tree, "msg"))
        else:
            scans.problem("", "this is no answer of tr.order.tracking.get")
