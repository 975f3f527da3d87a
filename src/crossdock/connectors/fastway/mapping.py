"""Between the answers of Fastway's Track and Trace (JSON) and canonical scans; pure.

A delivery scan (type D) is an attempt as well: what came of it stands in its status.
"""

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import epoch, moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, text

CODES = Codes("crossdock.connectors.fastway")
_AXIS = "fastway.type"


def read(tree: Tree, scans: Scans) -> None:
    """The labels of an answer, each with its scans; ``error`` is a refusal."""
    if isinstance(tree, WebPage) or type(tree) is not dict:
        scans.problem("", "this is none of the shapes Fastway is known to send")
        return
    said = text(tree, "error")
    if said:
        scans.refusal(said)
    labels = [one for one in (*each(tree, "result"), tree) if type(one) is dict and "Scans" in one]
    for label in labels:
        number, events = text(label, "LabelNumber"), each(label, "Scans")
        if not events:
            scans.refusal(f"no scan of {number or 'the number'} yet")
        for event in events:
            _scan(event, number, scans)
    if not labels and not said:
        scans.problem("", "this is none of the shapes Fastway is known to send")


def _scan(event: Tree, number: str, scans: Scans) -> None:
    kind = text(event, "Type")
    said, status = text(event, "Description"), text(event, "StatusDescription")
    occurred = scans.when("/Scans/Date", _moment, text(event, "Date"), text(event, "RealDateTime"))
    depot = any_text(event, "Name", "Franchise")
    scans.scan(
        number,
        occurred,
        _meaning(kind, said, status),
        code=kind,
        text=" | ".join(dict.fromkeys(part for part in (said, status) if part)),
        place=Address(city=depot) if depot else NOWHERE,
        signed_by=text(event, "Signature"),
    )


def _meaning(kind: str, said: str, status: str) -> Meaning:
    """By its description; a delivery scan by what came of it, where that says something."""
    if kind == "D" and status:
        told = CODES.meaning(_AXIS, "", status)
        if told.known:
            return told
    return CODES.meaning(_AXIS, kind, said)


def _moment(written: str, real: str) -> Stamp:
    """Day first, local; else milliseconds since 1970. Raises `InvalidInstant`."""
    return moment(written, "dmy") if written else epoch(real)
