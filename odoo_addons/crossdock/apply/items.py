"""One item of a call, read strictly: whatever is wrong with it is known before the first statement.

Times are UTC, written ``YYYY-MM-DD HH:MM:SS`` as everywhere in Odoo's API.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KINDS = ("milestone", "eta", "proof", "plan", "label", "note", "done", "stock")
LONGEST_TEXT = 4096
LONGEST_KEY = 64
LONGEST_NAME = 255
MOST_TRACKING = 100
MOST_LINES = 1000
LARGEST_ATTACHMENT = 25 * 1024 * 1024
LARGEST_RANK = 2**31 - 1
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


@dataclass
class Attachment:
    """A document of a transfer: at most one of each name, replaced when its content differs."""

    name: str
    mimetype: str
    content: bytes


@dataclass
class Line:
    """What was done of one stock move, in the move's unit of measure, with the lots it was done with."""

    move: int
    quantity: float
    lots: list[tuple[str, float]]


@dataclass
class Count:
    """Stock of one product at one location: counted (``count``: is now) or corrected (``change``: plus or minus)."""

    product: int
    location: int
    lot: str
    quantity: float
    mode: str


@dataclass
class Item:
    """One thing that happened. ``eta`` is None where the item says nothing of it and False where it takes it back."""

    position: int
    key: str
    picking: int
    kind: str
    at: datetime
    milestone: str = ""
    exception: str = ""
    reason: str = ""
    at_text: str = ""
    rank: int = 0
    text: str = ""
    tracking: list[str] = field(default_factory=list)
    eta: datetime | bool | None = None
    plan: dict[str, Any] | None = None
    proof: dict[str, str] | None = None
    attachments: list[Attachment] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    remainder: str = "backorder"
    stock: list[Count] = field(default_factory=list)

    @property
    def order(self) -> tuple[str, int, str]:
        """What decides which of two is newer: instant, then rank, then key. Strings compare as instants do."""
        return self.at.strftime("%Y-%m-%d %H:%M:%S"), self.rank, self.key

    @property
    def moves_stock(self) -> bool:
        """Whether Odoo's stock engine is needed, which works on one transfer at a time."""
        return self.kind in ("done", "stock")

    def kept(self) -> dict[str, Any]:
        """What the timeline keeps beside its columns: small, and without the documents' content."""
        data: dict[str, Any] = {}
        if self.eta is not None:
            data["eta"] = str(self.eta) if self.eta else False
        if self.plan is not None:
            data["plan"] = {name: str(value) if value else value for name, value in self.plan.items()}
        if self.proof is not None:
            data["proof"] = self.proof
        if self.attachments:
            data["attachments"] = [attachment.name for attachment in self.attachments]
        if self.lines:
            data["lines"] = [[line.move, line.quantity, line.lots] for line in self.lines]
        if self.stock:
            data["stock"] = [[row.product, row.location, row.lot, row.quantity, row.mode] for row in self.stock]
        return data


def read_item(raw: Any, position: int, now: datetime) -> Item:
    """The item at ``position`` of a call made at ``now`` (its instant when it names none). Raises ValueError with the
    name of the field that is wrong; a field this version does not know is passed over.
    """
    if not isinstance(raw, dict):
        raise ValueError("an event must be an object")
    key = _text(raw, "id", LONGEST_KEY)
    kind = _text(raw, "kind", LONGEST_KEY)
    if not key:
        raise ValueError("id: missing")
    if kind not in KINDS:
        raise ValueError(f"kind: not one of {', '.join(KINDS)}")
    picking = _whole(raw.get("picking") or 0, "picking")
    if not picking and kind != "stock":
        raise ValueError("picking: missing")
    return Item(
        position=position,
        key=key,
        picking=picking,
        kind=kind,
        at=_time(raw.get("at"), "at") or now,
        milestone=_text(raw, "milestone", LONGEST_KEY),
        exception=_text(raw, "exception", LONGEST_KEY),
        reason=_text(raw, "reason", LONGEST_NAME),
        at_text=_text(raw, "at_text", LONGEST_NAME),
        rank=_whole(raw.get("rank") or 0, "rank", lowest=-LARGEST_RANK),
        text=_text(raw, "text", LONGEST_TEXT),
        tracking=_tracking(raw),
        eta=_eta(raw),
        plan=_plan(raw),
        proof=_proof(raw),
        attachments=[_attachment(row) for row in _rows(raw, "attachments", MOST_TRACKING)],
        lines=[_line(row) for row in _rows(raw, "lines", MOST_LINES)],
        remainder=_one_of(raw, "remainder", ("backorder", "cancel")),
        stock=_counts(raw, kind),
    )


def _text(raw: dict[str, Any], name: str, longest: int) -> str:
    value = raw.get(name)
    if value is None or value is False:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name}: not a string")
    if len(value.encode("utf-8", "replace")) > longest:
        raise ValueError(f"{name}: longer than {longest} bytes")
    if "\x00" in value or (not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value)):
        raise ValueError(f"{name}: has characters that cannot be stored")
    return value


def _whole(value: Any, name: str, lowest: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= LARGEST_RANK:
        raise ValueError(f"{name}: not a whole number in range")
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name}: not a number")
    return float(value)


def _time(value: Any, name: str) -> datetime | None:
    if value is None or value is False or value == "":
        return None
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"{name}: not a time YYYY-MM-DD HH:MM:SS")


def _rows(raw: dict[str, Any], name: str, most: int) -> list[dict[str, Any]]:
    rows = raw.get(name) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{name}: not a list of objects")
    if len(rows) > most:
        raise ValueError(f"{name}: more than {most}")
    return rows


def _one_of(raw: dict[str, Any], name: str, values: tuple[str, ...]) -> str:
    value = _text(raw, name, LONGEST_KEY) or values[0]
    if value not in values:
        raise ValueError(f"{name}: not one of {', '.join(values)}")
    return value


def _tracking(raw: dict[str, Any]) -> list[str]:
    numbers = raw.get("tracking") or []
    if not isinstance(numbers, list) or len(numbers) > MOST_TRACKING:
        raise ValueError(f"tracking: not a list of at most {MOST_TRACKING} numbers")
    read = [_text({"tracking": number}, "tracking", LONGEST_NAME).strip() for number in numbers]
    if any("," in number for number in read):
        raise ValueError("tracking: a number has a comma")
    return [number for number in dict.fromkeys(read) if number]


def _eta(raw: dict[str, Any]) -> datetime | bool | None:
    if raw.get("eta") is None:
        return None
    return _time(raw["eta"], "eta") or False


def _section(raw: dict[str, Any], name: str) -> dict[str, Any] | None:
    section = raw.get(name)
    if section is None or section is False:
        return None
    if not isinstance(section, dict):
        raise ValueError(f"{name}: not an object")
    return section


def _plan(raw: dict[str, Any]) -> dict[str, Any] | None:
    section = _section(raw, "plan")
    if section is None:
        return None
    plan: dict[str, Any] = {}
    for name in ("tour", "vehicle", "driver"):
        if name in section:
            plan[name] = _text(section, name, LONGEST_NAME) or False
    for name in ("slot_from", "slot_to"):
        if name in section:
            plan[name] = _time(section[name], name) or False
    if "sequence" in section:
        plan["sequence"] = _whole(section["sequence"] or 0, "sequence")
    return plan


def _proof(raw: dict[str, Any]) -> dict[str, str] | None:
    section = _section(raw, "proof")
    if section is None:
        return None
    return {name: _text(section, name, LONGEST_NAME) for name in ("signed_by", "place")}


def _attachment(row: dict[str, Any]) -> Attachment:
    name, content = _text(row, "name", LONGEST_NAME), row.get("datas")
    if not name:
        raise ValueError("attachments: a name is missing")
    if not isinstance(content, str) or len(content) * 3 // 4 > LARGEST_ATTACHMENT:
        raise ValueError(f"attachments: {name} is no base64 of at most {LARGEST_ATTACHMENT} bytes")
    try:
        decoded = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"attachments: {name} is no base64") from error
    return Attachment(name, _text(row, "mimetype", LONGEST_NAME) or "application/octet-stream", decoded)


def _line(row: dict[str, Any]) -> Line:
    move, quantity = _whole(row.get("move"), "lines.move", 1), _number(row.get("quantity"), "lines.quantity")
    lots = []
    for lot in _rows(row, "lots", MOST_LINES):
        name, amount = _text(lot, "lot", LONGEST_NAME), _number(lot.get("quantity"), "lots.quantity")
        if not name or amount <= 0:
            raise ValueError("lots: a name is missing or a quantity is not positive")
        lots.append((name, amount))
    if quantity < 0:
        raise ValueError("lines.quantity: less than nothing")
    if lots and not math.isclose(sum(amount for _, amount in lots), quantity, abs_tol=1e-6):
        raise ValueError("lots: their quantities are not the line's")
    return Line(move, quantity, lots)


def _counts(raw: dict[str, Any], kind: str) -> list[Count]:
    counts = [
        Count(
            _whole(row.get("product"), "stock.product", 1),
            _whole(row.get("location"), "stock.location", 1),
            _text(row, "lot", LONGEST_NAME),
            _number(row.get("quantity"), "stock.quantity"),
            _one_of(row, "mode", ("count", "change")),
        )
        for row in _rows(raw, "stock", MOST_LINES)
    ]
    if kind == "stock" and not counts:
        raise ValueError("stock: missing")
    return counts
