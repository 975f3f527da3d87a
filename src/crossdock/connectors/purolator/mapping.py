"""Between the answers of Purolator's Tracking Service (SOAP) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, WebPage, each, find, first, text

CODES = Codes("crossdock.connectors.purolator")
_AXIS = "purolator.scanType"


def read(tree: Tree, scans: Scans) -> None:
    """Every package of a tracking answer; Errors and faults are refusals."""
    if isinstance(tree, WebPage) or type(tree) is not dict:
        scans.problem("", "this is no answer of Purolator's web services")
        return
    packages = each(find(tree, "TrackingInformationList"), "TrackingInformation")
    errors = each(find(tree, "Errors"), "Error")
    fault = find(tree, "Fault")
    for error in errors:
        scans.refusal(f"{text(error, 'Code')} {text(error, 'Description')}".strip())
    if fault is not None:
        scans.refusal(text(fault, "faultstring") or text(fault, "Reason", "Text"))
    for package in packages:
        _package(package, scans)
    if not (packages or errors or fault):
        scans.problem("", "this is none of the shapes Purolator's tracking is known to send")


def _package(package: Tree, scans: Scans) -> None:
    number = text(package, "PIN", "Value")
    events = each(package, "Scans", "Scan")
    if not events:
        scans.refusal(f"no scan of {number or 'the number'} yet")
    for index, event in enumerate(events):
        kind, said, remark = text(event, "ScanType"), text(event, "Description"), text(event, "Comment")
        details = first(event, "ScanDetails")
        scans.scan(
            text(event, "PIN", "Value") or number,
            scans.when(f"/Scans/{index}/ScanDate", at, text(event, "ScanDate"), text(event, "ScanTime")),
            _meaning(kind, said, remark),
            code=kind,
            text=f"{said} | {remark}" if remark else said,
            place=_place(text(event, "Depot", "Name")),
            signed_by=text(details, "DeliverySignature") or text(details, "SignedBy"),
        )


def _meaning(kind: str, said: str, remark: str) -> Meaning:
    """What the words say, with the comment where they are not enough; a signed delivery is one whatever they say."""
    meaning = CODES.meaning(_AXIS, kind, said)
    if kind in {"Other", "Undeliverable"} and remark and meaning.milestone in {"unknown", "delivery_attempted"}:
        finer = CODES.meaning(_AXIS, kind, f"{said} {remark}")
        return finer if finer.milestone != "unknown" else meaning
    return Meaning(meaning.milestone, meaning.category, meaning.reason, known=meaning.milestone != "unknown")


def _place(depot: str) -> Address:
    """``MONTREAL SORT CTR/CTR TRIE, QC``: the depot's name and its province."""
    name, comma, region = depot.rpartition(",")
    region = region.strip()
    if comma and len(region) == 2:
        return Address(city=name.strip(), region={"PQ": "QC"}.get(region, region))
    return Address(city=depot)
