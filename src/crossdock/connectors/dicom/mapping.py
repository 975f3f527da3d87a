"""Between the tracking answers of Dicom, now GLS Canada (JSON), and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, text

CODES = Codes("crossdock.connectors.dicom")
_AXIS = "dicom.activity"
_EXAMPLE = "string"
"""What generated documentation fills its examples with."""


def read(tree: Tree, scans: Scans) -> None:
    """Every shipment of an answer; ``Message`` and errors are refusals."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    held = [*each(tree), *each(tree, "shipments"), *each(tree, "data")]
    shipments = [one for one in held if type(one) is dict and "activities" in one]
    refusals = [] if shipments else _refusals(tree)
    for said in refusals:
        scans.refusal(said)
    for shipment in shipments:
        _shipment(shipment, scans)
    if not shipments and not refusals:
        scans.problem("", "this is none of the shapes Dicom is known to send")


def _refusals(tree: Tree) -> list[str]:
    found = [any_text(one, "Message", "message", "error", "title") for one in each(tree) if type(one) is dict]
    found += [any_text(error, "message", "Message") for error in each(tree, "errors")]
    return [said for said in found if said]


def _shipment(shipment: Tree, scans: Scans) -> None:
    number = any_text(shipment, "trackingNumber", "shipmentTrackingNumber", "ID", "id")
    activities = each(shipment, "activities")
    if not activities:
        scans.refusal(f"no activity of {number or 'the number'} yet")
    for index, activity in enumerate(activities):
        code = any_text(activity, "code", "status", "group")
        words = [text(activity, name) for name in ("codeDetail", "statusDetail", "status", "additionalInformation")]
        said = " | ".join(dict.fromkeys(word for word in words if word))
        if code == _EXAMPLE:
            scans.problem(f"/activities/{index}", "an example of the documentation and no event")
            continue
        scans.scan(
            any_text(activity, "parcelTrackingNumber") or number,
            scans.when(f"/activities/{index}/activityDate", moment, any_text(activity, "activityDate", "createDate")),
            _meaning(activity, words),
            code=code,
            text=said,
            place=Address(city=text(activity, "terminal")),
        )


def _meaning(activity: Tree, words: list[str]) -> Meaning:
    """The code with its words, then the status with its own."""
    code, status = text(activity, "code"), text(activity, "status")
    meaning = CODES.meaning(_AXIS, code, words[0] or words[1])
    if meaning.known and meaning.milestone != "unknown":
        return meaning
    finer = CODES.meaning(_AXIS, status, words[1] or status)
    if finer.milestone == "unknown":
        return meaning
    return finer if meaning.milestone == "unknown" else meaning
