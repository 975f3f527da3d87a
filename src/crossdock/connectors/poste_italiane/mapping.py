"""Between the movements of Poste Italiane's search page (JSON)  and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import epoch, moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.poste_italiane")


def read(tree: Tree, scans: Scans) -> None:
    """One item with its movements."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = any_text(tree, "esitoRicerca", "message", "error")
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes Poste Italiane is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    for item in each(tree):
        if type(item) is dict and "listaMovimenti" in item:
            yield any_text(item, "idTracciatura", "codiceSpedizione"), each(item, "listaMovimenti")


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = text(event, "box"), any_text(event, "statoLavorazione", "stato", "descrizione")
    written = any_text(event, "dataOra", "data")
    occurred = scans.when(pointer, epoch if written.isdigit() else _day_first, written)
    place = Address(city=any_text(event, "luogo", "filiale"))
    scans.scan(number, occurred, CODES.meaning("poste_italiane", "", said), code=code, text=said, place=place)


def _day_first(written: str) -> Stamp:
    return moment(written, "dmy")
