"""Between SEUR's tracking (REST, JSON; the older XML)  and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, any_text, each, find, first

CODES = Codes("crossdock.connectors.seur")


def read(tree: Tree, scans: Scans) -> None:
    """Shipments with their situations, or a list of situations."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = any_text(first(tree, "errors"), "detail", "title", "message") or any_text(
        tree, "message", "error", "error_description"
    )
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes SEUR is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    old = find(tree, "EXPEDICION")
    for shipment in each(old):
        number = any_text(shipment, "EXPEDICION_NUM", "REFERENCIA", "ECB")
        yield number, each(shipment, "SITUACIONES", "SITUACION") or each(shipment, "SITUACION")
    data = each(tree, "data") if type(tree) is dict else each(tree)
    for node in data:
        events = each(node, "situations") or each(node, "events") if type(node) is dict else []
        if events:
            yield any_text(node, "shipmentCode", "expeditionCode", "ref", "ecb"), events
    flat = [one for one in data if any_text(one, "situationDate")]
    if flat:
        yield next((found for one in flat if (found := any_text(one, "shipmentCode", "expeditionCode"))), ""), flat


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code = any_text(event, "eventCode", "situationCode", "CODIGO_SITUACION")
    said = any_text(event, "description", "descriptionSituation", "DESCRIPCION_CLIENTE", "DESCRIPCION")
    day, clock = any_text(event, "situationDate", "eventDate", "FECHA_SITUACION"), any_text(event, "HORA_SITUACION")
    occurred = scans.when(pointer, at, day, clock, "dmy")
    place = Address(city=any_text(event, "city", "location", "POBLACION"))
    scans.scan(number, occurred, CODES.meaning("seur.event", "", said), code=code, text=said, place=place)
