"""One message from bytes to facts: the tree is read, the mapping walks it, and whatever goes wrong is a problem."""

from collections.abc import Callable

from crossdock.ports.connector import Translation
from crossdock.tracking.fields import new_fields
from crossdock.tracking.scans import Scans
from crossdock.tracking.trees import Tree, UnreadableBody, tree_of

Read = Callable[[Tree, Scans], None]
"""A mapping: walks the tree and tells the scans. Pure; may raise nothing but what a wrong shape makes it raise."""

WRONG_SHAPE = (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError, RecursionError)


def reading_of(body: bytes, partner: str, name: str, read: Read, package: str = "", asked: str = "") -> Translation:
    """What ``read`` makes of a body. Never raises: what is not JSON, XML or a page, or of another shape than the
    mapping knows, is a problem; nothing of a body that fails half-way is kept. Fields that the ``fields.txt`` of the
    connector's ``package`` does not name are reported as new. ``asked`` is the number of which this is the answer.
    """
    scans = Scans(partner, name, asked)
    try:
        tree = tree_of(body)
    except UnreadableBody as problem:
        scans.problem("", str(problem))
        return scans.done()
    try:
        read(tree, scans)
    except WRONG_SHAPE as problem:
        scans = Scans(partner, name, asked)
        said = f"{type(problem).__name__} {problem}"
        scans.problem("", f"the message has another shape than {name} is known to send: {said}")
        return scans.done()
    return scans.done(new_fields(tree, package) if package else ())
