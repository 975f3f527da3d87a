"""What a person configures for a warehouse; every field says what it is and what it looks like."""

import codecs
import csv
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field, structs

from crossdock.connectors.warehouse.wire import KINDS
from crossdock.model.instants import is_zone


class ItemRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One unit in which the warehouse handles an item."""

    sku: Annotated[str, Meta(description="Our stock code", examples=["DESK-1"], min_length=1)]
    theirs: Annotated[str, Meta(description="The warehouse's; empty: the same", examples=["0815"])] = ""
    unit: Annotated[str, Meta(description="The unit it speaks of (UN/ECE Rec 20 or 21)", examples=["CT"])] = "H87"
    contains: Annotated[str, Meta(description="How many base units that is, as a decimal", examples=["12"])] = "1"
    base: Annotated[str, Meta(description="Our base unit (UN/ECE Rec 20)", examples=["H87"])] = "H87"
    orders: Annotated[bool, Meta(description="Whether orders are released in this unit")] = False


class CsvLayout(Struct, frozen=True, forbid_unknown_fields=True):
    """How one kind of CSV file is written. The first layout whose columns are all in a file's first line reads it; a
    file of the documented columns needs none.
    """

    columns: Annotated[
        dict[str, str],
        Meta(description="Our name of a column and theirs", examples=[{"reference": "Auftrag", "quantity": "Menge"}]),
    ] = field(default_factory=dict)
    fixed: Annotated[
        dict[str, str],
        Meta(description="Values of columns the file does not have", examples=[{"event": "order.shipped"}]),
    ] = field(default_factory=dict)
    events: Annotated[
        dict[str, str],
        Meta(description="Their words for events and ours", examples=[{"LS": "order.shipped"}]),
    ] = field(default_factory=dict)
    delimiter: Annotated[str, Meta(description="Between two values; tab is a tab", examples=[";"])] = ","
    encoding: Annotated[str, Meta(description="How its characters are written", examples=["cp1252"])] = "utf-8"
    decimal: Annotated[Literal[".", ","], Meta(description="What stands before decimals", examples=[","])] = "."
    order: Annotated[
        Literal["ymd", "dmy", "mdy"],
        Meta(description="Order of day and month where both are numbers", examples=["dmy"]),
    ] = "ymd"
    zone: Annotated[
        str, Meta(description="Zone of times without an offset; empty: unknown", examples=["Europe/Berlin"])
    ] = ""

    @property
    def separator(self) -> str:
        """The delimiter itself."""
        return "\t" if self.delimiter in {"\\t", "tab"} else self.delimiter


class WarehouseConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one warehouse or 3PL. Secrets are references (``secret://env/NAME``), never values."""

    warehouse: Annotated[
        str,
        Meta(
            description="Code of the warehouse in the system of record; its stock is told under it",
            examples=["WH"],
            min_length=1,
        ),
    ]
    title: Annotated[str, Meta(description="Its name for people", examples=["North 3PL"])] = "The warehouse"
    url: Annotated[
        str,
        Meta(
            description="Where its API answers, up to what stands before /orders; empty: it has none",
            examples=["https://wms.example.com/v1"],
        ),
    ] = ""
    token: Annotated[
        str,
        Meta(
            description="Bearer token for its API",
            examples=["secret://env/WMS_TOKEN"],
            extra={"secret": True},
        ),
    ] = ""
    webhook_secrets: Annotated[
        tuple[str, ...],
        Meta(
            description="Secrets its webhooks are signed with (Standard Webhooks); two while they are rotated",
            examples=[["secret://env/WMS_WEBHOOK_SECRET"]],
            extra={"secret": True},
        ),
    ] = ()
    upload_tokens: Annotated[
        tuple[str, ...],
        Meta(
            description="Bearer tokens with which it may upload files to /in/{partner}/files",
            examples=[["secret://env/WMS_UPLOAD_TOKEN"]],
            extra={"secret": True},
        ),
    ] = ()
    send: Annotated[
        Literal["rest", "files", "desk"],
        Meta(
            description="How orders go out: to its API, as CSV files into folder/out, or not at all: its people find "
            "them at the partner desk",
            examples=["files"],
        ),
    ] = "rest"
    folder: Annotated[
        str,
        Meta(
            description="Folder for files (an SFTP home, a share): read from in/, kept in done/, written to out/. "
            "A relative path starts at the folder of crossdock.yaml; empty: no files by folder",
            examples=["exchange/north3pl"],
        ),
    ] = ""
    sites: Annotated[
        dict[str, str],
        Meta(description="Its codes of further sites and ours", examples=[{"HAM1": "WH2"}]),
    ] = field(default_factory=dict)
    stock_minutes: Annotated[
        float,
        Meta(
            description="Minutes between two looks at all its stock (each item is an event every time); 0 never looks: "
            "it tells by itself",
            ge=0,
            examples=[15],
        ),
    ] = 60.0
    items: Annotated[
        tuple[ItemRow, ...],
        Meta(
            description="Items it calls otherwise, and the units it handles them in",
            examples=[[{"sku": "DESK-1", "unit": "CT", "contains": "12"}]],
        ),
    ] = ()
    items_file: Annotated[
        str,
        Meta(
            description="CSV file of further items beside the configuration: sku, theirs, unit, contains, base, orders",
            examples=["north3pl-items.csv"],
        ),
    ] = ""
    units: Annotated[
        dict[str, str],
        Meta(description="Its words for units and the codes they mean", examples=[{"CTN": "CT", "EA": "H87"}]),
    ] = field(default_factory=dict)
    default_unit: Annotated[
        str, Meta(description="Unit of quantities without one; empty: the base unit", examples=["CT"])
    ] = ""
    customers: Annotated[
        dict[str, str],
        Meta(description="Our references of customers and owners, and its own", examples=[{"ACME": "K-4711"}]),
    ] = field(default_factory=dict)
    csv: Annotated[
        tuple[CsvLayout, ...],
        Meta(
            description="How its CSV files are written, where they differ from the documented columns",
            examples=[[{"delimiter": ";", "columns": {"reference": "Auftrag"}, "fixed": {"event": "order.shipped"}}]],
        ),
    ] = ()

    def __post_init__(self) -> None:
        """Judge what a type cannot say. Raises `ValueError` with what to correct."""
        if self.send == "rest" and not self.url and self.folder:
            raise ValueError("send is rest, but there is no url: give one, or set send: files")
        if self.send == "files" and not self.folder:
            raise ValueError("send is files, but there is no folder to write them to")
        for item in self.items:
            _exact(item)
        for layout in self.csv:
            _readable(layout)

    def anchored(self, root: Path) -> "WarehouseConfig":
        """With the rows of ``items_file`` and the folder's whole path, both starting at ``root``. Raises `ValueError`
        with what to correct.
        """
        folder = str(root / self.folder) if self.folder else ""
        if not self.items_file:
            return structs.replace(self, folder=folder)
        file = root / self.items_file
        try:
            written = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as problem:
            reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
            raise ValueError(f"items_file {file} cannot be read: {reason}") from None
        return structs.replace(self, folder=folder, items=(*self.items, *_rows(written, self.items_file)))


def _rows(written: str, name: str) -> list[ItemRow]:
    lines = written.splitlines() or [""]
    delimiter = next((each for each in "\t;," if each in lines[0]), ",")
    found = []
    for number, row in enumerate(csv.DictReader(lines, delimiter=delimiter), start=2):
        given = {name: (value or "").strip() for name, value in row.items() if name and (value or "").strip()}
        try:
            found.append(msgspec.convert(given, ItemRow, strict=False))
        except (msgspec.ValidationError, ValueError) as problem:
            raise ValueError(f"items_file {name}, line {number}: {problem}") from None
        _exact(found[-1])
    return found


def _exact(item: ItemRow) -> None:
    try:
        contains = Decimal(item.contains)
    except InvalidOperation:
        contains = Decimal(0)
    if not contains.is_finite() or contains <= 0:
        raise ValueError(f"items: contains of {item.sku} must be a number above zero, not '{item.contains}'")


def _readable(layout: CsvLayout) -> None:
    if len(layout.separator) != 1:
        raise ValueError(f"csv: delimiter must be one character, not '{layout.delimiter}'")
    if layout.zone and not is_zone(layout.zone):
        raise ValueError(f"csv: zone '{layout.zone}' is unknown; write it like Europe/Berlin")
    unknown = sorted({*layout.events.values(), *filter(None, [layout.fixed.get("event")])} - set(KINDS))
    if unknown:
        raise ValueError(f"csv: there is no event {', '.join(unknown)}; there are {', '.join(KINDS)}")
    try:
        codecs.lookup(layout.encoding)
    except LookupError:
        raise ValueError(f"csv: encoding '{layout.encoding}' is unknown; use utf-8, cp1252 or iso-8859-1") from None
