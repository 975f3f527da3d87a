"""CSV files of a warehouse as rows, and rows that belong together as the content of one event; pure.

One row is one line of a document (or one lot of it, one package, one day of storage). Rows of one event, document,
reference and time are one event.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from msgspec import Struct

from crossdock.connectors.warehouse.config import CsvLayout
from crossdock.model.instants import Stamp
from crossdock.tracking.times import moment

Values = Mapping[str, str]
Content = dict[str, Any]

COLUMNS = (
    "event", "occurred_at", "reference", "revision", "number", "document", "line", "sku", "quantity", "unit", "lot",
    "expires", "package", "sscc", "weight_kg", "length_cm", "width_cm", "height_cm", "tracking_number", "carrier",
    "remainder", "reason", "code", "text", "stage", "planned_ship_at", "received", "announced", "damaged", "final",
    "warehouse", "location", "expected", "on_hand", "available", "reserved", "blocked", "owner", "day", "unit_id",
)  # fmt: skip
"""The documented columns; a file may have any of them, in any order, and further ones."""

_NUMBERS = frozenset(
    {
        *("quantity", "weight_kg", "length_cm", "width_cm", "height_cm", "received", "announced", "damaged"),
        *("expected", "on_hand", "available", "reserved", "blocked"),
    }
)
_TOGETHER = ("event", "reference", "revision", "document", "occurred_at", "warehouse")
_HEADER = {"event", "occurred_at"}
_MOST_ROWS = 1_000_000


class NoLayout(ValueError):
    """A file that fits no layout; the text names its first line."""


class Row(Struct, frozen=True):
    """One row: the ``line`` of the file it stands in (from 1) and its values by our names, trimmed."""

    line: int
    values: Values


def rows_of(body: bytes, layouts: Sequence[CsvLayout]) -> tuple[CsvLayout, list[Row]]:
    """The rows of a file by the first layout that fits. Raises `NoLayout`."""
    for layout in (*layouts, *(CsvLayout(delimiter=each) for each in (",", ";", "\t"))):
        lines = _lines(body, layout)
        head = [name.strip() for name in lines[0]] if lines else []
        if _fits(layout, head):
            return layout, [*_rows(lines, head, layout)]
    shown = body[:200].decode("utf-8", errors="replace").splitlines()
    raise NoLayout(f"no layout of the setting csv fits a file that begins '{shown[0] if shown else ''}'")


def _lines(body: bytes, layout: CsvLayout) -> list[list[str]]:
    try:
        text = body.decode(layout.encoding).removeprefix("\ufeff")
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=layout.separator, strict=True))
    except (UnicodeError, csv.Error):
        return []


def _fits(layout: CsvLayout, head: Sequence[str]) -> bool:
    """All configured columns are there, and what every event needs is a column or fixed."""
    known = {layout.columns.get(name, name) for name in _HEADER - set(layout.fixed)}
    return {*layout.columns.values(), *known} <= set(head)


def _rows(lines: Sequence[Sequence[str]], head: Sequence[str], layout: CsvLayout) -> Iterable[Row]:
    places = {
        name: head.index(layout.columns.get(name, name)) for name in COLUMNS if layout.columns.get(name, name) in head
    }
    for number, row in enumerate(lines[1:_MOST_ROWS], start=2):
        if not any(value.strip() for value in row):
            continue
        values = {name: row[at].strip() for name, at in places.items() if at < len(row) and row[at].strip()}
        values = {**layout.fixed, **values}
        values["event"] = layout.events.get(values.get("event", ""), values.get("event", ""))
        yield Row(
            number, {name: _number(value, layout) if name in _NUMBERS else value for name, value in values.items()}
        )


def _number(written: str, layout: CsvLayout) -> str:
    """Without what groups thousands: only the configured sign stands before decimals."""
    return written.replace(".", "").replace(",", ".") if layout.decimal == "," else written.replace(",", "")


def grouped(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows that are one event, in the order of their first rows."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row.values.get(name, "") for name in _TOGETHER), []).append(row)
    return list(found.values())


def reader(layout: CsvLayout) -> Callable[[str], Stamp]:
    """How times of the file are read."""
    return partial(moment, order=layout.order, zone=layout.zone)


def content_of(kind: str, rows: Sequence[Row]) -> Content:
    """The ``data`` of the event as JSON would say it. Raises `ValueError` for what rows of one event contradict."""
    first = rows[0].values
    head = _some(first, "reference", "revision", "number", "document", "remainder", "planned_ship_at", "warehouse")
    head |= _some(first, "stage", "code", "text", "final")
    if "final" in head:
        head["final"] = head["final"].lower() in {"1", "yes", "true", "y", "ja"}
    if kind == "order.packed":
        return head | {"packages": _packages(rows)}
    if kind == "order.shipped":
        return head | {"lines": _lines_of(rows), "packages": _left(rows)}
    if kind in {"order.picked", "inbound.received"}:
        return head | {"lines": _lines_of(rows)}
    if kind in _PLAIN:
        return head | {"lines": [_some(row.values, *_PLAIN[kind]) for row in rows]}
    return head


_PLAIN = {
    "order.short": ("sku", "quantity", "unit", "line", "reason"),
    "stock.counted": ("sku", "quantity", "unit", "expected", "location", "lot", "package"),
    "stock.damaged": ("sku", "quantity", "unit", "location", "lot", "package", "reason"),
    "stock.adjusted": ("sku", "quantity", "unit", "location", "lot", "package", "reason"),
    "stock.level": ("sku", "on_hand", "available", "reserved", "blocked", "unit"),
    "storage.accrued": ("day", "unit_id", "owner", "quantity", "unit", "sku"),
}
_ADDED = ("quantity", "received", "announced", "damaged")


def _some(values: Values, *names: str) -> Content:
    return {name: values[name] for name in names if values.get(name)}


def _lines_of(rows: Sequence[Row]) -> list[Content]:
    """One line per line number, item, unit and package; several lots of one are its lots."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.values.get("sku"):
            key = tuple(row.values.get(name, "") for name in ("line", "sku", "unit", "package"))
            found.setdefault(key, []).append(row)
    return [_line(group) for group in found.values()]


def _line(group: Sequence[Row]) -> Content:
    line = _some(group[0].values, "line", "sku", "unit", "package")
    for name in _ADDED:
        given = [Decimal(row.values[name]) for row in group if row.values.get(name)]
        if given:
            line[name] = str(sum(given, Decimal(0)))
    lots = [_some(row.values, "lot", "expires") | {"quantity": _of_lot(row)} for row in group if row.values.get("lot")]
    return line | {"lots": lots} if lots else line


def _of_lot(row: Row) -> str:
    return row.values.get("quantity") or row.values.get("received") or ""


def _left(rows: Sequence[Row]) -> list[Content]:
    found: dict[str, Content] = {}
    for row in rows:
        name = row.values.get("package") or row.values.get("tracking_number")
        if name:
            found.setdefault(name, {"id": name}).update(_some(row.values, "tracking_number", "carrier", "sscc"))
    return list(found.values())


_SIZES = {
    "weight": ("weight_kg", "KGM"),
    "length": ("length_cm", "CMT"),
    "width": ("width_cm", "CMT"),
    "height": ("height_cm", "CMT"),
}


def _packages(rows: Sequence[Row]) -> list[Content]:
    found: dict[str, Content] = {}
    for row in rows:
        package = found.setdefault(row.values.get("package", ""), {"id": row.values.get("package", ""), "contents": []})
        package.update(_some(row.values, "sscc"))
        for name, (column, unit) in _SIZES.items():
            if row.values.get(column):
                package[name] = {"value": row.values[column], "unit": unit}
        if row.values.get("quantity"):
            package["contents"].append(_some(row.values, "line", "sku", "quantity", "unit"))
    if "" in found:
        raise ValueError("a package has no name in the column package")
    return list(found.values())
