"""A correction as people see it before they make it: what differs, what would follow, and where it is still wrong."""

import json
import re
from typing import Any

from msgspec import Struct

from crossdock.backbone.correcting import Checked
from crossdock.ports.connector import Unreadable
from crossdock.ports.rows import ExchangeDetail
from crossdock.views.differing import Line, difference, laid_out
from crossdock.views.pointing import place_of, split_place

LARGEST_TYPED = 200 * 1024
"""Bytes of a message that can be edited in a page; larger ones are uploaded as a file."""

_MOST_EVENTS = 50
_WIDEST = 200
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


class Complaint(Struct, frozen=True):
    """Why a correction is not accepted, and where: a JSON pointer into the corrected body, and the line and column
    (from 1; 0 where the place is not known). ``excerpt`` is that line with its number, and those beside it.
    """

    operator: str
    engineer: str
    pointer: str = ""
    line: int = 0
    column: int = 0
    excerpt: tuple[tuple[int, str], ...] = ()


class Preview(Struct, frozen=True):
    """What a correction would do. ``ends`` is how the message would end (translated, waiting, parked…), ``known`` how
    many of its facts were known already; ``calls`` are the outside calls as (partner, command, order).
    """

    acceptable: bool
    complaints: tuple[Complaint, ...]
    difference: tuple[Line, ...]
    ends: str = ""
    facts: int = 0
    known: int = 0
    events: tuple[dict[str, Any], ...] = ()
    changed: tuple[str, ...] = ()
    calls: tuple[tuple[str, str, str], ...] = ()
    withdrawn: int = 0
    unknown_codes: tuple[str, ...] = ()
    new_fields: tuple[str, ...] = ()


class Editable(Struct, frozen=True):
    """A message as a page can let people edit it; or ``why`` that cannot be done without changing it."""

    text: str = ""
    why: str = ""


def preview_of(checked: Checked) -> Preview:
    """All that is known of a correction before it is made."""
    complaints = tuple(_placed(each, checked.body) for each in checked.faults)
    shown = difference(checked.original.body, checked.body)
    imagined = checked.imagined
    if imagined is None:
        return Preview(checked.acceptable, complaints, shown)
    said, plan = imagined.translation, imagined.plan
    new = len(imagined.events)
    return Preview(
        checked.acceptable,
        complaints,
        shown,
        imagined.settlement.status,
        len(said.facts),
        len(said.facts) - new if imagined.settlement.status == "translated" else 0,
        tuple(each.cloudevent() for each in imagined.events[:_MOST_EVENTS]),
        plan.changed,
        tuple((each.partner, each.kind, each.subject) for each in plan.effects),
        len(plan.withdrawn),
        said.unknown_codes,
        tuple(each.pointer for each in said.new_fields),
    )


def editable(detail: ExchangeDetail) -> Editable:
    """The text of a message for a page. JSON in one line is laid out; nothing else about it changes."""
    body = detail.body
    if detail.body_gone:
        return Editable(why="Its bytes are gone: their retention is over.")
    if len(body) > LARGEST_TYPED:
        return Editable(why=f"With {len(body):,} bytes it is too large to be edited in a page.")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return Editable(why="It is binary, or in another encoding than UTF-8: a page would change its bytes.")
    if _NO_TEXT.search(text):
        return Editable(why="It has control characters, which a page would change or hide.")
    if _newlines(text) is None:
        return Editable(why="Its lines end in different ways, which a page would make alike.")
    return Editable((laid_out(body) or text) if "\n" not in text else text)


def typed(detail: ExchangeDetail, text: str) -> bytes:
    """The bytes of what came back from a page: browsers end every line with CR LF, the message may not have."""
    shown = editable(detail).text
    ending = _newlines(shown) or "\n"
    plain = text.replace("\r\n", "\n")
    if plain == shown.replace("\r\n", "\n"):
        return detail.body
    return plain.replace("\n", ending).encode()


def _newlines(text: str) -> str | None:
    """How all lines end: "" where there is one only, nothing where they differ."""
    wide, all_of_them, returns = text.count("\r\n"), text.count("\n"), text.count("\r")
    if returns != wide or (wide and wide != all_of_them):
        return None
    return "\r\n" if wide else "\n" if all_of_them else ""


def _placed(fault: Unreadable, body: bytes) -> Complaint:
    said = fault.why.engineer
    pointer = fault.pointer or split_place(said)[1]
    line, column, syntax = _place(body, pointer)
    told = f"{syntax} ({said})" if syntax else said
    return Complaint(fault.why.operator, told, pointer, line, column, _excerpt(body, line))


def _excerpt(body: bytes, line: int) -> tuple[tuple[int, str], ...]:
    if not line:
        return ()
    beside = body.decode().split("\n")[max(line - 2, 0) : line + 1]
    return tuple((max(line - 1, 1) + at, said.rstrip("\r")[:_WIDEST]) for at, said in enumerate(beside))


def _place(body: bytes, pointer: str) -> tuple[int, int, str]:
    """Line and column of a place in a body, and what is wrong with the body as JSON."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return 0, 0, ""
    if text.lstrip()[:1] not in {"{", "["}:
        return 0, 0, ""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.lineno, error.colno, error.msg
    except (RecursionError, ValueError):
        return 0, 0, ""
    return (*place_of(text, pointer), "") if pointer else (0, 0, "")
