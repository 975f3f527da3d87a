"""Records of a message as its settings describe it: rows of CSV, or what stands at a path of JSON or XML; pure."""

import csv
import io
from collections.abc import Iterator, Mapping

from msgspec import Struct

from crossdock.tracking.codes import Meaning
from crossdock.tracking.times import Order
from crossdock.tracking.trees import Tree, UnreadableBody, WebPage, text, tree_of

Row = Mapping[str, str]
"""What was found of one record, by what it is (``number``, ``time``…); "" where there is nothing."""


class Layout(Struct, frozen=True):
    """The settings as the mapping needs them. ``names`` is what a record may hold, ``columns`` those of it that are
    given, by what they are.
    """

    format: str
    names: tuple[str, ...]
    columns: Mapping[str, str]
    records: tuple[str, ...] = ()
    separator: str = ","
    encoding: str = "utf-8"
    headings: bool = True
    order: Order = "ymd"
    zone: str = ""
    seconds: bool = False
    codes: Mapping[str, Meaning] = {}


def records(body: bytes, layout: Layout) -> Iterator[tuple[str, Row]]:
    """Each record with its place. Raises `UnreadableBody` where the body is not of the layout."""
    yield from (_csv_rows if layout.format == "csv" else _tree_rows)(body, layout)


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
        return {name: int(layout.columns.get(name, "0")) - 1 for name in layout.names}
    known = {heading.strip(): place for place, heading in enumerate(head)}
    missing = sorted({column for column in layout.columns.values() if column not in known})
    if missing:
        shown = ", ".join(known)[:200] or "nothing"
        raise UnreadableBody(f"the first line does not name {', '.join(missing)}; it names {shown}")
    return {name: known[layout.columns[name]] if name in layout.columns else -1 for name in layout.names}


def _tree_rows(body: bytes, layout: Layout) -> Iterator[tuple[str, Row]]:
    """Raises `UnreadableBody` where there are no records at the path."""
    tree = tree_of(body)
    is_xml = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
    if isinstance(tree, WebPage) or is_xml != (layout.format == "xml"):
        raise UnreadableBody(f"this is no {layout.format.upper()}; correct the setting format")
    paths = {name: tuple(filter(None, layout.columns.get(name, "").split("/"))) for name in layout.names}
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
