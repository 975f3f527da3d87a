"""Between messages as the settings describe them and canonical scans; pure."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from msgspec import Struct

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import UNKNOWN, Meaning, plain
from crossdock.tracking.phrases import meant_by
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import Order, at, epoch, moment
from crossdock.tracking.trees import Tree, UnreadableBody, WebPage, text, tree_of

Row = Mapping[str, str]
"""What was found of one event, by what it is (``number``, ``time``…); "" where there is nothing."""


class Layout(Struct, frozen=True):
    """The settings as the mapping needs them. ``columns`` are the given fields by what they are."""

    format: str
    columns: Mapping[str, str]
    records: tuple[str, ...] = ()
    separator: str = ","
    encoding: str = "utf-8"
    headings: bool = True
    order: Order = "ymd"
    zone: str = ""
    seconds: bool = False
    codes: Mapping[str, Meaning] = {}


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
    rows = _csv_rows if layout.format == "csv" else _tree_rows
    try:
        for pointer, row in rows(body, layout):
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


_NAMES = ("number", "time", "clock", "code", "text", "city", "region", "postcode", "country", "signed_by")


def _csv_rows(body: bytes, layout: Layout) -> Iterator[tuple[str, Row]]:
    """Raises `UnreadableBody` where it is no CSV file of the layout."""
    try:
        written = body.decode(layout.encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, UnicodeError):
        raise UnreadableBody(f"this is no text in {layout.encoding}; correct the setting encoding") from None
    reader = csv.reader(io.StringIO(written, newline=""), delimiter=layout.separator)
    try:
        head = next(reader, []) if layout.headings else []
        places = _places(head, layout)
        for line, row in enumerate(reader, start=1 + layout.headings):
            if any(row):
                yield f"/{line}", {name: row[at].strip() if 0 <= at < len(row) else "" for name, at in places.items()}
    except csv.Error as problem:
        raise UnreadableBody(f"this is no CSV file: {problem}") from None


def _places(head: list[str], layout: Layout) -> dict[str, int]:
    """The position of each thing; -1 where it is not configured."""
    if not layout.headings:
        return {name: int(layout.columns.get(name, "0")) - 1 for name in _NAMES}
    known = {heading.strip(): place for place, heading in enumerate(head)}
    missing = sorted({column for column in layout.columns.values() if column not in known})
    if missing:
        shown = ", ".join(known)[:200] or "nothing"
        raise UnreadableBody(f"the first line does not name {', '.join(missing)}; it names {shown}")
    return {name: known[layout.columns[name]] if name in layout.columns else -1 for name in _NAMES}


def _tree_rows(body: bytes, layout: Layout) -> Iterator[tuple[str, Row]]:
    """Raises `UnreadableBody` where there are no records at the path."""
    tree = tree_of(body)
    is_xml = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
    if isinstance(tree, WebPage) or is_xml != (layout.format == "xml"):
        raise UnreadableBody(f"this is no {layout.format.upper()}; correct the setting format")
    paths = {name: tuple(filter(None, layout.columns.get(name, "").split("/"))) for name in _NAMES}
    found = False
    for index, chain in enumerate(_chains(tree, layout.records)):
        found = True
        row = {name: _value(chain, path) for name, path in paths.items()}
        yield f"/{'/'.join(layout.records)}/{index}".replace("//", "/"), row
    if not found and tree not in ([], {}):
        shown = ", ".join(tree)[:200] if type(tree) is dict else "a list"
        raise UnreadableBody(f"there is nothing at records '{'/'.join(layout.records)}'; the message holds {shown}")


def _chains(node: Tree, path: tuple[str, ...], above: tuple[Tree, ...] = ()) -> Iterator[tuple[Tree, ...]]:
    """Each record at ``path`` behind all that holds it, through lists; depth is the path's, so it cannot run away."""
    for inner in node if type(node) is list else (node,):
        if type(inner) is not dict:
            continue
        if not path:
            yield (*above, inner)
        elif inner.get(path[0]) is not None:
            yield from _chains(inner[path[0]], path[1:], (*above, inner))


def _value(chain: tuple[Tree, ...], path: tuple[str, ...]) -> str:
    """The text at ``path`` from the record, or from what holds it (``..``)."""
    if not path:
        return ""
    up = next((place for place, step in enumerate(path) if step != ".."), len(path))
    return text(chain[-1 - up], *path[up:]) if up < len(chain) else ""
