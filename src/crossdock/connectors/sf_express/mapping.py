"""Between SF Express's routes and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, find, text, tree_of

CODES = Codes("crossdock.connectors.sf_express")


def read(tree: Tree, scans: Scans) -> None:
    """A push, an answer of the route service (its result may be JSON in a text), or the older XML."""
    inner = tree.get("apiResultData") if type(tree) is dict else None
    if type(inner) is str:
        tree = tree_of(inner.encode())
    pushed, answered, older = find(tree, "WaybillRoute"), find(tree, "routeResps"), find(tree, "RouteResponse")
    if pushed is not None:
        for route in _list(pushed):
            _route(route, any_text(route, "mailno", "mailNo", "@mailno"), scans)
    elif answered is not None:
        for answer in _list(answered):
            _routes(each(answer, "routes"), any_text(answer, "mailNo", "mailno"), scans)
    elif older is not None:
        for answer in _list(older):
            _routes(each(answer, "Route"), text(answer, "@mailno"), scans)
    else:
        said = find(tree, "errorMsg") or find(tree, "apiErrorMsg") or find(tree, "ERROR")
        if said:
            scans.refusal(text(said) or str(said))
        else:
            scans.problem("", "this is none of the shapes SF Express is known to send")


def _list(node: Tree) -> list[Tree]:
    return node if type(node) is list else [node]


def _routes(routes: list[Tree], number: str, scans: Scans) -> None:
    for route in routes:
        _route(route, number, scans)
    if not routes:
        scans.refusal(f"{number}: no routes")


def _route(route: Tree, number: str, scans: Scans) -> None:
    code = any_text(route, "opCode", "opcode", "@opcode")
    said = " | ".join(filter(None, (any_text(route, "remark", "@remark"), text(route, "reasonName"))))
    written = any_text(route, "acceptTime", "accept_time", "@accept_time")
    occurred = scans.when("/acceptTime", moment, written)
    place = Address(city=any_text(route, "acceptAddress", "accept_address", "@accept_address"))
    meaning = CODES.meaning("sf_express.opcode", code, text(route, "reasonName") or said)
    scans.scan(number, occurred, meaning, code=code, text=said, place=place)
