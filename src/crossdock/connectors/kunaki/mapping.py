"""Kunaki's answers (XML): an order's state without a time, so never an event; pure."""

import re

from crossdock.tracking.scans import Scans
from crossdock.tracking.trees import Tree, WebPage, find, text

_ERROR = re.compile(r"<ErrorText>([^<]*)</ErrorText>")


def read(tree: Tree, scans: Scans) -> None:
    """Refuses with Kunaki's own words; some of its answers are XML in the tags of a page."""
    if isinstance(tree, WebPage):
        found = _ERROR.search(tree.html)
        said = found.group(1).strip() if found else ""
    else:
        answer = find(tree, "Response")
        status = text(answer, "OrderStatus")
        said = f"order status '{status}' without a time" if status else text(answer, "ErrorText")
    if said and said.casefold() != "success":
        scans.refusal(said)
    else:
        scans.problem("", "Kunaki's answers hold no tracking events")
