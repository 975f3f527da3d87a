"""Where each field of what we understood came from: the received field that says the same, or the rule that made it.

Origins are traced by value: a mapping leaves no marks, and marks would have to be believed. A field whose value stands
in several received fields names the one called most alike, and says of how many.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.model.events import Event, TrackingReported, type_of
from crossdock.views.payloads import Payloads

_MOST_FIELDS = 200
_LONGEST = 200
_SHORTEST = 2
_NEAR = 0.3
_STATUS = ("milestone", "exception_category", "reason")


class Field(Struct, frozen=True):
    """One field: its JSON pointer in the event, its value, the received pointer that says the same ("" for none), of
    how many such, and the rule.
    """

    pointer: str
    value: str
    origin: str
    candidates: int
    rule: str


class Lineage(Struct, frozen=True):
    """The fields of one event; ``schema`` is its type with its version, ``mapping`` whose mapping made it."""

    schema: str
    mapping: str
    fields: tuple[Field, ...]


def lineage_of(payloads: Payloads) -> tuple[Lineage, ...]:
    """Of every event that came of an inbound message; nothing for a command, which is a decision and no translation."""
    detail = payloads.detail
    if detail.row.direction != "inbound":
        return ()
    known: dict[str, list[str]] = {}
    for pointer, value in _leaves(_decoded(detail.body)):
        known.setdefault(_plain(value), []).append(pointer)
    mapping = f"{detail.row.partner} · {detail.row.kind}"
    return tuple(_one(event, known, mapping) for event in detail.events)


def _one(event: Event, known: dict[str, list[str]], mapping: str) -> Lineage:
    fields: list[Field] = []
    for pointer, value in _leaves(msgspec.to_builtins(event.body)):
        text = _plain(value)
        if len(fields) == _MOST_FIELDS or pointer == "/type" or not text:
            continue
        origins = [each for each in known.get(text, []) if len(text) >= _SHORTEST or _alike(pointer, each) >= _NEAR]
        origin = max(origins, key=partial(_alike, pointer), default="")
        fields.append(Field(pointer, str(value)[:_LONGEST], origin, len(origins), _rule(event, pointer, origin)))
    return Lineage(type_of(event.body), mapping, tuple(fields))


def _rule(event: Event, pointer: str, origin: str) -> str:
    if isinstance(event.body, TrackingReported) and pointer.rpartition("/")[2] in _STATUS:
        return f"status table: {event.body.event.raw_code}" if event.body.event.raw_code else "status table"
    return "copied" if origin else "made by the mapping"


def _alike(pointer: str, origin: str) -> float:
    return SequenceMatcher(None, origin.rpartition("/")[2].lower(), pointer.rpartition("/")[2].lower()).ratio()


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _plain(value: Any) -> str:
    """A value as it is compared: numbers as text, without the marks that formats add."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip().casefold()


def _leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(each, f"{pointer}/{name}")
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _leaves(each, f"{pointer}/{place}")
    elif value is not None:
        yield pointer, value
