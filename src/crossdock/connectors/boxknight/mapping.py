"""Between BoxKnight's orders (JSON) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, first, text

CODES = Codes("crossdock.connectors.boxknight")
_AXIS = "boxknight.status"
_LISTS = ("statusHistory", "history", "events", "orderStatusHistory", "trackingEvents")
_TIMES = ("updatedAt", "timestamp", "createdAt", "date", "occurredAt")
_ANNOUNCED = frozenset({"CREATED", "GEOCODED", "REGISTERED"})


def read(tree: Tree, scans: Scans) -> None:
    """Every order of an answer; errors are refusals."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    orders = [one for one in (*each(tree), *each(tree, "orders")) if type(one) is dict and "orderStatus" in one]
    errors = [any_text(one, "error", "message") for one in each(tree) if type(one) is dict and "orderStatus" not in one]
    for said in errors:
        if said:
            scans.refusal(said)
    for order in orders:
        _order(order, scans)
    if not orders and not any(errors):
        scans.problem("", "this is none of the shapes BoxKnight is known to send")


def _order(order: Tree, scans: Scans) -> None:
    number = any_text(order, "id", "trackingNumber")
    status = text(order, "orderStatus")
    history = next((found for name in _LISTS if (found := each(order, name))), [])
    for index, event in enumerate(history):
        code = any_text(event, "orderStatus", "status", "event", "type")
        scans.scan(
            number,
            scans.when(f"/history/{index}", moment, any_text(event, *_TIMES)),
            CODES.meaning(_AXIS, code, any_text(event, "description", "message")),
            code=code,
            text=any_text(event, "description", "message"),
            place=_place(first(event, "location")),
        )
    if history:
        return
    if status in _ANNOUNCED and text(order, "createdAt"):
        occurred = scans.when("/createdAt", moment, text(order, "createdAt"))
        scans.scan(number, occurred, CODES.meaning(_AXIS, status), code=status)
    else:
        scans.refusal(f"order status '{status}' without a time")


def _place(where: Tree) -> Address:
    return Address(city=text(where, "city"), region=any_text(where, "provinceCode", "province"))
