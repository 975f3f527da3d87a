"""Between GEODIS's follow-up of consignments and canonical scans; pure.

A code is a situation and a justification (INOVERT): ``LIV/CFM`` is delivered as agreed, ``LIV/AVA`` delivered damaged.
"""

from crossdock.model.party import Address
from crossdock.tracking.codes import UNKNOWN, Codes, Meaning
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.geodis")
_TROUBLE = frozenset({"delivery_attempted", "pickup_attempted", "held", "exception", "return_initiated", "delayed"})


def read(tree: Tree, scans: Scans) -> None:
    """One consignment or several in ``contenu``; ``ok: false`` is a refusal."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    if text(tree, "ok") == "false" or text(tree, "codeErreur"):
        scans.refusal(f"{text(tree, 'codeErreur')} {text(tree, 'texteErreur')}".strip())
        return
    consignments = [node for node in each(tree, "contenu") if type(node) is dict]
    if not consignments and find(tree, "listSuivis") is not None:
        consignments = [node for node in each(tree) if type(node) is dict]
    known = False
    for index, node in enumerate(consignments):
        known |= _consignment(node, f"/contenu/{index}", scans)
    if not known:
        said = any_text(tree, "texteErreur", "message", "error", "error_description")
        if said:
            scans.refusal(said)
        else:
            scans.problem("", "this is none of the shapes GEODIS is known to send")


def _consignment(node: Tree, pointer: str, scans: Scans) -> bool:
    if "listSuivis" not in node:
        return False
    number = any_text(node, "noSuivi", "noRecepisse", "refUniExp")
    for index, event in enumerate(each(node, "listSuivis")):
        code = text(event, "codeSituationJustification")
        if not code:
            parts = (text(event, "codeSituation"), text(event, "codeJustification"))
            code = "/".join(part for part in parts if part)
        said = any_text(event, "libelleSuivi", "libelleCourtSuivi")
        french = not text(event, "dateSuivi")
        day = any_text(event, "dateSuivi", "dateSuiviFrs")
        clock = any_text(event, "heureSuivi", "heureSuiviFrs")
        occurred = scans.when(f"{pointer}/listSuivis/{index}", at, day, clock, "dmy" if french else "ymd")
        place = _place(text(event, "libelleCentre"))
        words = said if said != code else ""
        scans.scan(number, occurred, _meaning(code, words), code=code, text=said, place=place)
    return True


def _meaning(code: str, said: str) -> Meaning:
    """The pair; else its words; else the situation with what the justification adds."""
    if CODES.has("geodis", code) or not code:
        return CODES.meaning("geodis", code, said)
    worded = CODES.meaning("geodis", "", said) if said else UNKNOWN
    if worded.known:
        return Meaning(worded.milestone, worded.category, worded.reason, known=False)
    situation, _, justification = code.partition("/")
    where = CODES.meaning("geodis.situation", situation)
    why = CODES.meaning("geodis.justification", justification)
    if not why.known or where.milestone not in _TROUBLE:
        return Meaning(where.milestone, where.category, where.reason, known=False)
    return Meaning(where.milestone, why.category, why.reason, known=False)


def _place(written: str) -> Address:
    """«Rochefort (FR)»; agencies that are only a number are no place."""
    if not written or written.isdigit():
        return NOWHERE
    if written.endswith(")") and written[-4:-3] == "(":
        return Address(city=written[:-4].strip(), country=written[-3:-1].upper())
    return Address(city=written)
