"""Where each field of what we understood came from: the received field that says the same, and the rule that made it.

What a scan means is traced by the rule itself: a ruling, a row of the code table, a phrase (see `rules`). All else is
traced by value: a mapping is code and leaves no marks, and marks would have to be believed. Then a field whose value
stands in several received fields names the one called most alike, and says of how many.
"""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.model.events import Event, TrackingReported, type_of
from crossdock.ports.stores_mapping import Ruling
from crossdock.views.payloads import Payloads
from crossdock.views.rules import rule_of

_NONE: Mapping[str, str] = {}
_MOST_FIELDS = 200
_LONGEST = 200
_SHORTEST = 2
_NEAR = 0.3
_STATUS = ("milestone", "exception_category", "reason")


class Field(Struct, frozen=True):
    """One field: its JSON pointer in the event, its value, the received pointer that says the same ("" for none), of
    how many such, and the rule; ``traced`` is false where the origin was found by equal value only.
    """

    pointer: str
    value: str
    origin: str
    candidates: int
    rule: str
    traced: bool = False


class Lineage(Struct, frozen=True):
    """The fields of one event; ``schema`` is its type with its version, ``mapping`` whose mapping made it."""

    schema: str
    mapping: str
    fields: tuple[Field, ...]


def lineage_of(payloads: Payloads, packages: Mapping[str, str] = _NONE) -> tuple[Lineage, ...]:
    """Of every event that came of an inbound message; nothing for a command, which is a decision and no translation.
    ``packages`` are the connectors' packages by partner, where their tables are.
    """
    detail = payloads.detail
    if detail.row.direction != "inbound":
        return ()
    known: dict[str, list[str]] = {}
    for pointer, value in _leaves(_decoded(detail.body)):
        known.setdefault(_plain(value), []).append(pointer)
    mapping = f"{detail.row.partner} · {detail.row.kind}"
    package = packages.get(detail.row.partner, "")
    return tuple(_one(event, known, mapping, _scan_rule(event, package, payloads.ruled)) for event in detail.events)


def _scan_rule(event: Event, package: str, ruled: Mapping[str, Ruling]) -> str:
    if not isinstance(event.body, TrackingReported):
        return ""
    scan = event.body.event
    return rule_of(scan, package, ruled.get(scan.raw_code or scan.raw_text))


def _one(event: Event, known: dict[str, list[str]], mapping: str, scan_rule: str) -> Lineage:
    fields: list[Field] = []
    for pointer, value in _leaves(msgspec.to_builtins(event.body)):
        text = _plain(value)
        if len(fields) == _MOST_FIELDS or pointer == "/type" or not text:
            continue
        if scan_rule and pointer.rpartition("/")[2] in _STATUS:
            origin, count = _code_origin(event, known)
            fields.append(Field(pointer, str(value)[:_LONGEST], origin, count, scan_rule, traced=True))
            continue
        origins = [each for each in known.get(text, []) if len(text) >= _SHORTEST or _alike(pointer, each) >= _NEAR]
        origin = max(origins, key=partial(_alike, pointer), default="")
        rule = "copied, by equal value" if origin else "made by the mapping's code"
        fields.append(Field(pointer, str(value)[:_LONGEST], origin, len(origins), rule))
    return Lineage(type_of(event.body), mapping, tuple(fields))


def _code_origin(event: Event, known: dict[str, list[str]]) -> tuple[str, int]:
    """Where the code or the words stood that the rule was applied to."""
    assert isinstance(event.body, TrackingReported)
    scan = event.body.event
    for said in (scan.raw_code, *reversed(scan.raw_code.split("/")), scan.raw_text):
        places = known.get(_plain(said), []) if said else []
        if places:
            return max(places, key=partial(_alike, "/status")), len(places)
    return "", 0


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
