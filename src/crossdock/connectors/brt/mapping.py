"""Between BRT's tracking by parcel (REST VAS)  and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.brt")


def read(tree: Tree, scans: Scans) -> None:
    """One parcel with its events; an execution code below 0 is a refusal."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = any_text(find(tree, "executionMessage"), "message", "codeDesc", "severity")
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes BRT is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    events = each(find(tree, "lista_eventi"))
    if events:
        number = text(find(tree, "spedizione_id")) or text(find(tree, "parcelID"))
        yield number, [event.get("evento", event) for event in events if type(event) is dict]


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = text(event, "id"), text(event, "descrizione")
    if not said and not text(event, "data"):
        return  # the list is padded with empty events
    clock = text(event, "ora").replace(".", ":")
    occurred = scans.when(pointer, at, text(event, "data"), clock, "dmy", "Europe/Rome")
    place = Address(city=text(event, "filiale").partition(" (")[0], country="IT" if text(event, "filiale") else "")
    scans.scan(number, occurred, CODES.meaning("brt.event", "", said), code=code, text=said, place=place)
