"""Between records as the settings describe them and canonical scans; pure."""

from collections.abc import Callable, Mapping
from functools import partial

from crossdock.connectors.generic.mapping.records import Layout, Row, records
from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import UNKNOWN, Meaning, plain
from crossdock.tracking.phrases import meant_by
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at, epoch, moment
from crossdock.tracking.trees import UnreadableBody

NAMES = ("number", "time", "clock", "code", "text", "city", "region", "postcode", "country", "signed_by")
"""What an event may hold."""


def meanings(codes: Mapping[str, str]) -> Mapping[str, Meaning]:
    """The code table as it is looked up: without case and punctuation."""
    found = {}
    for code, words in codes.items():
        milestone, *rest = words.split()
        category, reason = (*rest, "", "")[:2]
        found[plain(code)] = Meaning(milestone, category or "none", reason)
    return found


def tell(body: bytes, layout: Layout, scans: Scans) -> None:
    """The events of ``body``, one per record; what cannot be read is a problem with its place."""
    try:
        for pointer, row in records(body, layout):
            _event(pointer, row, layout, scans)
    except UnreadableBody as problem:
        scans.problem("", str(problem))


def _event(pointer: str, row: Row, layout: Layout, scans: Scans) -> None:
    number, code, words = row["number"], row["code"], row["text"]
    if not number and not scans.asked:
        scans.problem(pointer, f"there is no number at '{layout.columns['number']}'")
        return
    occurred = scans.when(pointer, _reader(layout, row), row["time"])
    place = Address(
        city=row["city"],
        region=row["region"],
        postcode=row["postcode"],
        country=row["country"].upper() if len(row["country"]) == 2 else "",
    )
    meaning = _meaning(layout.codes, code, words)
    scans.scan(number, occurred, meaning, code=code, text=words, place=place, signed_by=row["signed_by"])


def _reader(layout: Layout, row: Row) -> Callable[[str], Stamp]:
    if layout.seconds:
        return epoch
    clock = row["clock"]
    if clock:
        return lambda day: at(day, clock, layout.order, layout.zone)
    return partial(moment, order=layout.order, zone=layout.zone)


def _meaning(codes: Mapping[str, Meaning], code: str, words: str) -> Meaning:
    """The table by code, then by text; then what the words plainly say, to be confirmed by a person."""
    told = (codes.get(plain(code)) if code else None) or (codes.get(plain(words)) if words else None)
    if told is not None:
        return told
    said = meant_by(words) if words else None
    return Meaning(*said, known=not code) if said is not None else UNKNOWN
