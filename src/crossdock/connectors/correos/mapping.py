"""Between Correos' (Spain) tracking, Correos Express's, and canonical scans; pure."""

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.correos")
_FINE = frozenset({"", "0"})


def read(tree: Tree, scans: Scans) -> None:
    """Locator answers of either age, Correos Express, or an error."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    known = False
    for index, node in enumerate(each(tree, "shipment") or each(tree)):
        if type(node) is not dict:
            continue
        known |= _locator(node, f"/{index}", scans) or _express(node, f"/{index}", scans)
    if known:
        return
    said = any_text(tree, "message", "error_description", "moreInformation", "mensajeRetorno", "desError")
    said = said or text(find(tree, "faultstring"))
    if said:
        scans.refusal(f"{any_text(tree, 'code', 'codigoRetorno', 'codError')} {said}".strip())
    else:
        scans.problem("", "this is none of the shapes Correos is known to send")


def _locator(node: Tree, pointer: str, scans: Scans) -> bool:
    events = node.get("events") if "events" in node else node.get("eventos")
    error = first(node, "error")
    number = any_text(node, "shipmentCode", "codEnvio")
    if any_text(error, "errorCode", "codError") not in _FINE:
        scans.refusal(f"{number} {any_text(error, 'errorCode', 'codError')} {_said(error)}".strip())
        return True
    if "events" not in node and "eventos" not in node:
        return False
    for index, event in enumerate(each(events) if events else []):
        code, said = any_text(event, "eventCode", "codEvento", "evnttype"), _words(event)
        day, clock = any_text(event, "eventDate", "fecEvento"), any_text(event, "eventTime", "horEvento")
        occurred = scans.when(f"{pointer}/events/{index}", at, day, clock, "dmy")
        unit = any_text(event, "unit", "unidad", "place")
        place = Address(city=unit) if unit else NOWHERE
        short = any_text(event, "summaryText", "desTextoResumen")
        meaning = _meaning(code, short, any_text(event, "phase", "fase"))
        scans.scan(number, occurred, meaning, code=code, text=said, place=place)
    return True


def _said(error: Tree) -> str:
    return any_text(error, "errorDescription", "desError", "description")


def _words(event: Tree) -> str:
    parts = (any_text(event, "summaryText", "desTextoResumen"), any_text(event, "extendedText", "desTextoAmpliado"))
    return " | ".join(dict.fromkeys(part for part in parts if part))


def _meaning(code: str, said: str, phase: str) -> Meaning:
    worded = CODES.meaning("correos", code, said)
    if worded.milestone == "delivered" and said.casefold().startswith("no "):
        return CODES.meaning("correos", "", "No entregado")
    if worded.milestone == "unknown" and phase:
        coarse = CODES.meaning("correos.phase", phase)
        return Meaning(coarse.milestone, coarse.category, coarse.reason, known=False)
    return worded


def _express(node: Tree, pointer: str, scans: Scans) -> bool:
    states = node.get("estadoEnvios")
    if states is None:
        return False
    number = any_text(node, "nEnvio", "numEnvio", "codEnvio")
    if any_text(node, "codError", "codigoRetorno") not in _FINE:
        scans.refusal(f"{number} {any_text(node, 'codError')} {any_text(node, 'desError', 'mensajeRetorno')}".strip())
        return True
    for index, state in enumerate(each(states)):
        code, said = text(state, "codEstado"), any_text(state, "descEstado", "descripcionEstado")
        clock = any_text(state, "horaEstado", "hora")
        occurred = scans.when(
            f"{pointer}/estadoEnvios/{index}", _compact, any_text(state, "fechaEstado", "fecha"), clock
        )
        more = any_text(state, "descIncEstado", "descIncidencia")
        words = " | ".join(part for part in (said, more) if part)
        meaning = CODES.meaning("correos.express", code, more or said)
        scans.scan(number, occurred, meaning, code=code, text=words)
    return True


def _compact(day: str, clock: str) -> Stamp:
    """«05122019» is day first, which compact digits elsewhere are not."""
    if len(day) == 8 and day.isascii() and day.isdigit():
        day = f"{day[:2]}/{day[2:4]}/{day[4:]}"
    return at(day, clock, "dmy")
