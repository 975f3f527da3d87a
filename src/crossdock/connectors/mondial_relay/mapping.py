"""Between Mondial Relay's WSI2_TracingColisDetaille (SOAP) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.mondial_relay")
_STATES = frozenset({"", "0", "80", "81", "82", "83"})


def read(tree: Tree, scans: Scans) -> None:
    """One parcel's steps, or an error state."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    result = find(tree, "WSI2_TracingColisDetailleResult")
    if type(result) is not dict:
        fault = text(find(tree, "faultstring")) or any_text(tree, "message", "error")
        if fault:
            scans.refusal(fault)
        else:
            scans.problem("", "this is none of the shapes Mondial Relay is known to send")
        return
    state = text(result, "STAT")
    if state not in _STATES:
        scans.refusal(f"STAT {state} {text(result, 'Libelle01')}".strip())
        return
    number = any_text(result, "Expedition", "NumeroExpedition", "Expedition_Num")
    steps = find(result, "Tracing")
    rows = each(steps, "ret_WSI2_sub_TracingColisDetaille") or each(steps)
    rows = [row for row in rows if type(row) is dict and any_text(row, "Tracing_Libelle", "Libelle")]
    for index, row in enumerate(rows):
        said = any_text(row, "Tracing_Libelle", "Libelle")
        day, clock = any_text(row, "Tracing_Date", "Date"), any_text(row, "Tracing_Heure", "Heure")
        occurred = scans.when(f"/Tracing/{index}", at, day, clock, "dmy")
        place = Address(city=any_text(row, "Tracing_Lieu", "Emplacement"), country=text(row, "Tracing_Pays"))
        scans.scan(number, occurred, CODES.meaning("mondial_relay", "", said), text=said, place=place)
    if not rows:
        scans.refusal(f"STAT {state}: no steps")
