"""Where things stand in the messages of a carrier that has no connector of its own, and what its codes mean."""

import codecs
import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct, structs

from crossdock.model.milestones import UnknownMilestone, check
from crossdock.tracking.connector import TrackingConfig

CHARGES = "charges"
"""The channel of charges; every other holds events."""

Text = Annotated[str, Meta(min_length=1)]


class Named(Struct, frozen=True, forbid_unknown_fields=True):
    """Where things stand, by what they are."""

    def named(self) -> Mapping[str, str]:
        """Those that are given, by what they are."""
        return {name: getattr(self, name) for name in self.__struct_fields__ if getattr(self, name)}


class Columns(Named, frozen=True, forbid_unknown_fields=True):
    """Where each thing stands: a column of a CSV file (by its heading, or its number from 1 where there are no
    headings), or a path of keys from the record (``place/city``; ``../`` climbs to what holds the record).
    """

    number: Annotated[Text, Meta(description="The tracking number", examples=["tracking_number"])]
    time: Annotated[Text, Meta(description="When it happened: day and time, or the day", examples=["event_time"])]
    clock: Annotated[str, Meta(description="The time of day, where it stands apart", examples=["event_clock"])] = ""
    code: Annotated[str, Meta(description="The carrier's code of the event", examples=["status"])] = ""
    text: Annotated[str, Meta(description="The carrier's words for it", examples=["status_text"])] = ""
    city: Annotated[str, Meta(description="Where: town or depot", examples=["depot"])] = ""
    region: Annotated[str, Meta(description="Where: state or province", examples=["state"])] = ""
    postcode: Annotated[str, Meta(description="Where: postcode", examples=["zip"])] = ""
    country: Annotated[str, Meta(description="Where: country as two letters (ISO)", examples=["country"])] = ""
    signed_by: Annotated[str, Meta(description="Who took it", examples=["pod_name"])] = ""


class ChargeColumns(Named, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where each thing of a charge stands, in the same words as `Columns`."""

    number: Annotated[Text, Meta(description="The tracking number of the parcel", examples=["tracking_number"])]
    amount: Annotated[Text, Meta(description="What is charged; a credit is negative", examples=["net_amount"])]
    invoice: Annotated[Text, Meta(description="The number of the invoice or file", examples=["invoice_number"])]
    billed_on: Annotated[Text, Meta(description="The day of the invoice", examples=["invoice_date"])]
    line: Annotated[
        str,
        Meta(description="The line's number on the invoice; empty: lines are told apart by what they say"),
    ] = ""
    currency: Annotated[str, Meta(description="Its currency (ISO 4217)", examples=["currency"])] = ""
    code: Annotated[str, Meta(description="The carrier's code of the charge", examples=["charge_code"])] = ""
    text: Annotated[str, Meta(description="What is charged for, in its words", examples=["charge_text"])] = ""
    weight: Annotated[str, Meta(description="The weight that was charged", examples=["billed_weight"])] = ""


class Charges(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The carrier's charges: a channel of their own, written like its events (format, delimiter, encoding, dates)."""

    fields: Annotated[
        ChargeColumns,
        Meta(
            description="Where number, amount, invoice and the rest stand",
            examples=[
                {
                    "number": "tracking_number",
                    "amount": "net_amount",
                    "invoice": "invoice_number",
                    "billed_on": "invoice_date",
                }
            ],
        ),
    ]
    records: Annotated[
        str,
        Meta(description="JSON and XML: path of keys to the charges, one per line", examples=["invoice/lines"]),
    ] = ""
    currency: Annotated[
        str, Meta(description="Currency of all amounts, where no column says it", pattern="^([A-Z]{3})?$")
    ] = ""
    decimal: Annotated[
        Literal[".", ","],
        Meta(description="What stands before the decimals of amounts and weights; it is never guessed"),
    ] = "."
    weight_unit: Annotated[
        Literal["KGM", "GRM", "LBR", "ONZ", "TNE"], Meta(description="Unit of its weights (UN/ECE Rec 20)")
    ] = "KGM"

    def __post_init__(self) -> None:
        """Judge what a type cannot say. Raises `ValueError` with what to correct."""
        if not self.currency and not self.fields.currency:
            raise ValueError("charges needs a currency: name its column in charges.fields, or set charges.currency")


class GenericConfig(TrackingConfig, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of a carrier by configuration. Mistakes are told when the configuration is read."""

    format: Annotated[
        Literal["csv", "json", "xml"], Meta(description="What its messages are written in", examples=["csv"])
    ]
    fields: Annotated[
        Columns,
        Meta(
            description="Where number, time, code and the rest stand",
            examples=[{"number": "tracking_number", "time": "event_time", "code": "status", "text": "status_text"}],
        ),
    ]
    title: Annotated[str, Meta(description="Its name for people", examples=["Acme Express"])] = "Generic carrier"
    records: Annotated[
        str,
        Meta(
            description="JSON and XML: path of keys to the records, one per event; empty: the whole message",
            examples=["shipments/events"],
        ),
    ] = ""
    delimiter: Annotated[str, Meta(description="CSV: what stands between two values; \\t is a tab", examples=[";"])] = (
        ","
    )
    encoding: Annotated[str, Meta(description="CSV: how its characters are written", examples=["cp1252"])] = "utf-8"
    headings: Annotated[bool, Meta(description="CSV: whether the first line names the columns")] = True
    order: Annotated[
        Literal["ymd", "dmy", "mdy"],
        Meta(description="Order of day and month where both are numbers", examples=["dmy"]),
    ] = "ymd"
    zone: Annotated[
        str,
        Meta(
            description="Zone of times without an offset, where the carrier says that all are of one; empty: unknown",
            examples=["Europe/Berlin"],
        ),
    ] = ""
    seconds: Annotated[bool, Meta(description="Times are seconds or milliseconds since 1970")] = False
    codes: Annotated[
        dict[str, str],
        Meta(
            description="What its codes (or, without codes, its texts) mean: milestone, then category and reason",
            examples=[{"DLV": "delivered", "NHM": "delivery_attempted recipient recipient_absent"}],
        ),
    ] = msgspec.field(default_factory=dict)
    charges: Annotated[
        Charges | None,
        Meta(description="What it charges for shipments, on the channel charges; left out: it sends none"),
    ] = None
    codes_file: Annotated[
        str,
        Meta(
            description="CSV file of further codes beside the configuration: code, milestone, category, reason",
            examples=["acme-codes.csv"],
        ),
    ] = ""
    signature: Annotated[
        Literal["none", "token", "hmac-sha256-hex", "hmac-sha256-base64"],
        Meta(
            description="How its webhook is authenticated: a token of ours in a header, or an HMAC of the body",
            examples=["token"],
        ),
    ] = "none"
    signature_header: Annotated[
        str, Meta(description="Header that carries the token or the HMAC", examples=["X-Signature"])
    ] = ""

    def __post_init__(self) -> None:
        """Judge what a type cannot say. Raises `ValueError` with what to correct."""
        if len(self.separator) != 1:
            raise ValueError(f"delimiter must be one character, not '{self.delimiter}'")
        _known_encoding(self.encoding)
        _known_zone(self.zone)
        for code, words in self.codes.items():
            _known_words(code, words)
        if not self.headings:
            _numbered("fields", self.fields)
            if self.charges:
                _numbered("charges.fields", self.charges.fields)
        if self.seconds and self.fields.clock:
            raise ValueError("fields.clock makes no sense beside seconds: true; take one of them out")
        if (self.signature == "none") != (not self.signature_header):
            raise ValueError("signature and signature_header go together: set both, or neither")

    @property
    def separator(self) -> str:
        """The delimiter itself."""
        return "\t" if self.delimiter in {"\\t", "tab"} else self.delimiter

    def anchored(self, root: Path) -> "GenericConfig":
        """With the codes of ``codes_file``, whose path starts at ``root``. Raises `ValueError` with what to correct."""
        if not self.codes_file:
            return self
        file = root / self.codes_file
        try:
            written = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as problem:
            reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
            raise ValueError(f"codes_file {file} cannot be read: {reason}") from None
        return structs.replace(self, codes={**_codes(written, self.codes_file), **self.codes})


def _codes(written: str, name: str) -> dict[str, str]:
    """code, milestone, category, reason; a tab, semicolon or comma between them, headings in the first line."""
    lines = [line for line in written.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise ValueError(f"codes_file {name} is empty")
    delimiter = next((each for each in "\t;," if each in lines[0]), ",")
    rows = csv.DictReader(lines, delimiter=delimiter)
    missing = {"code", "milestone"} - set(rows.fieldnames or ())
    if missing:
        raise ValueError(f"codes_file {name} has no column {' and '.join(sorted(missing))} in its first line")
    found: dict[str, str] = {}
    for row in rows:
        words = " ".join(filter(None, (row["milestone"], row.get("category"), row.get("reason"))))
        code = (row["code"] or "").strip()
        if not code:
            raise ValueError(f"codes_file {name}, line {rows.line_num} of its rows: the code is empty")
        _known_words(code, words)
        found[code] = words
    return found


def _known_words(code: str, words: str) -> None:
    parts = words.split()
    if not 1 <= len(parts) <= 3:
        raise ValueError(f"codes.{code} must be a milestone, and behind it a category and a reason where there are any")
    try:
        check(*parts)
    except UnknownMilestone as problem:
        raise ValueError(f"codes.{code}: {problem}; the words are in the reference of milestones") from None


def _known_encoding(name: str) -> None:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(f"encoding '{name}' is unknown; use utf-8, cp1252 or iso-8859-1") from None


def _known_zone(name: str) -> None:
    if not name:
        return
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"zone '{name}' is unknown; write it like Europe/Berlin") from None


def _numbered(setting: str, fields: Named) -> None:
    for name, column in fields.named().items():
        if not (column.isascii() and column.isdigit() and int(column) > 0):
            raise ValueError(f"{setting}.{name} must be the number of a column, from 1, where headings is false")
