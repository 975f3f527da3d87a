"""Between the tracking answers of CanparAddons (SOAP; Canpar and Loomis) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, WebPage, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.canpar")
_AXIS = "canpar.event"
_ANSWERS = (
    "trackByBarcodeResponse",
    "trackByBarcodeV2Response",
    "trackByReferenceResponse",
    "trackByReferenceV2Response",
)


def read(tree: Tree, scans: Scans) -> None:
    """Every result of a tracking answer; the local time is the event's, without an offset."""
    if isinstance(tree, WebPage) or type(tree) is not dict:
        scans.problem("", "this is no answer of CanparAddons")
        return
    fault = find(tree, "Fault")
    answer = next((found for name in _ANSWERS if (found := find(tree, name)) is not None), None)
    error = text(answer, "return", "error")
    results = [result for result in each(answer, "return", "result") if first(result, "events") is not None]
    if error:
        scans.refusal(error)
    if fault is not None:
        scans.refusal(text(fault, "faultstring") or text(fault, "Reason", "Text"))
    for result in results:
        _result(result, scans)
    if answer is not None and not (results or error):
        scans.refusal("no event of this number yet")
    if answer is None and fault is None:
        scans.problem("", "this is none of the shapes Canpar's tracking is known to send")


def _result(result: Tree, scans: Scans) -> None:
    number = any_text(result, "barcode", "tracking_number")
    for index, event in enumerate(each(result, "events")):
        code = text(event, "code")
        said = any_text(event, "code_description_en", "code_description_fr")
        remark = text(event, "comment")
        where = first(event, "address")
        day, _, clock = text(event, "local_date_time").partition(" ")
        scans.scan(
            number,
            scans.when(f"/events/{index}/local_date_time", at, day, clock),
            CODES.meaning(_AXIS, code, said),
            code=code,
            text=f"{said} | {remark}" if remark else said,
            place=Address(
                city=text(where, "city"),
                region=text(where, "province"),
                postcode=text(where, "postal_code"),
                country=text(where, "country"),
            ),
            signed_by=any_text(result, "signed_by", "signature_name"),
        )
