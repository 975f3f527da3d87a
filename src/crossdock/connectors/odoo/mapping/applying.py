"""Write-backs of many transfers as one batch: what each says, and what of it stock methods can hold; pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, field

from crossdock.connectors.odoo.mapping.writing import (
    label_name,
    milestone_text,
    note_html,
    proof_name,
    proof_text,
)
from crossdock.model.commands import RecordMilestone, RecordNote, RecordProof, RecordShipping
from crossdock.model.instants import Stamp
from crossdock.model.milestones import MILESTONES
from crossdock.model.transfers import RecordPlan
from crossdock.ports.connector import Command

Appliable = RecordMilestone | RecordNote | RecordProof | RecordShipping | RecordPlan


class File(Struct, frozen=True):
    """An attachment: ``sha256`` names a document of ours, or ``words`` are its content."""

    name: str
    media_type: str
    sha256: str = ""
    words: str = ""


class Entry(Struct, frozen=True):
    """One command about one transfer. ``key`` is its idempotency key, ``marker`` what finds its note again.

    ``text`` is for people ("" leaves no note); ``tracking`` are numbers the transfer's reference has to name.
    """

    key: str
    picking: int
    kind: str
    marker: str
    text: str = ""
    tracking: tuple[str, ...] = ()
    file: File | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def entry_of(command: Command) -> Entry:
    """What ``command`` says. Raises `TypeError` for commands that do not travel together."""
    body = command.body
    match body:
        case RecordMilestone():
            numbers = (body.tracking_number,) if body.tracking_number else ()
            details = {"milestone": body.milestone, "rank": _rank(body.milestone), **_moment(body.occurred)}
            return _entry(command, body, "milestone", body.marker, milestone_text(body), numbers, details=details)
        case RecordProof():
            file = File(proof_name(body), "text/plain", words=proof_text(body))
            if body.document:
                file = File(proof_name(body), body.document.media_type, body.document.sha256)
            details = {"proof": {"signed_by": body.signed_by}, **_moment(body.occurred)}
            return _entry(command, body, "proof", body.marker, proof_text(body), file=file, details=details)
        case RecordShipping():
            file = File(label_name(body), body.label.media_type, body.label.sha256)
            return _entry(command, body, "label", body.tracking_number, "", body.tracking_numbers, file)
        case RecordNote():
            return _entry(command, body, "note", body.marker, body.text)
        case RecordPlan():
            # Its note is the flow's, which every tier runs; here it fills the fields that tiers 2 and 3 have.
            return _entry(command, body, "plan", body.marker, "", details=_plan(body))
    raise TypeError(f"{type(body).__name__} does not travel together")


def _entry(
    command: Command,
    body: Appliable,
    kind: str,
    marker: str,
    text: str,
    tracking: tuple[str, ...] = (),
    file: File | None = None,
    details: Mapping[str, Any] | None = None,
) -> Entry:
    return Entry(command.key, int(body.external_id), kind, marker, text, tracking, file, details or {})


def item_of(entry: Entry, data: str) -> dict[str, Any]:
    """The entry as the addon's and the server action's ``apply`` take it; ``data`` is its file in base64."""
    item: dict[str, Any] = {"id": entry.key, "picking": entry.picking, "kind": entry.kind, **entry.details}
    if entry.text:
        item["text"] = entry.text
    if entry.tracking:
        item["tracking"] = list(entry.tracking)
    if entry.file:
        item["attachments"] = [{"name": entry.file.name, "mimetype": entry.file.media_type, "datas": data}]
    return item


def references(entries: Iterable[Entry], now: Mapping[int, str]) -> dict[int, str]:
    """The tracking references that have to change: what a transfer's says ``now``, then the numbers it lacks, in order.

    A late retry must not shorten what a later parcel wrote, so nothing is ever taken away.

    >>> references([Entry("k", 7, "label", "m", tracking=("A", "B"))], {7: "A"})
    {7: 'A,B'}
    """
    wanted: dict[int, list[str]] = {}
    for entry in entries:
        if entry.tracking:
            known = wanted.setdefault(entry.picking, _numbers(now.get(entry.picking, "")))
            known += [number for number in entry.tracking if number not in known]
    joined = {picking: ",".join(numbers) for picking, numbers in wanted.items()}
    return {picking: text for picking, text in joined.items() if text != now.get(picking, "")}


def notes(entries: Iterable[Entry]) -> dict[int, str]:
    """One note per transfer, in the order of its entries; each part keeps its own marker."""
    parts: dict[int, list[str]] = {}
    for entry in entries:
        if entry.text:
            parts.setdefault(entry.picking, []).append(note_html(entry.text, entry.marker))
    return {picking: "".join(texts) for picking, texts in parts.items()}


def _plan(body: RecordPlan) -> dict[str, Any]:
    plan = {
        "tour": body.tour,
        "sequence": body.sequence,
        "vehicle": body.vehicle,
        "driver": body.driver,
        "slot_from": in_utc(body.slot_from) if body.slot_from else False,
        "slot_to": in_utc(body.slot_to) if body.slot_to else False,
    }
    return {"plan": plan, "eta": in_utc(body.eta) if body.eta else False}


def in_utc(occurred: Stamp) -> str:
    """The instant as Odoo's fields take it: naive UTC; a time whose zone is not known is read as UTC (decision 0002).

    >>> in_utc(Stamp("2026-03-01T08:15:00-05:00"))
    '2026-03-01 13:15:00'
    """
    moment = datetime.fromisoformat(occurred.at)
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")


def _moment(occurred: Stamp) -> dict[str, Any]:
    return {"at": in_utc(occurred), "at_text": occurred.at}


def _rank(milestone: str) -> int:
    return MILESTONES[milestone].rank if milestone in MILESTONES else -1


def _numbers(reference: str) -> list[str]:
    return [part.strip() for part in reference.split(",") if part.strip()]


def same_values(changes: Mapping[int, str]) -> Sequence[tuple[str, list[int]]]:
    """Changes grouped by value, for one write each."""
    groups: dict[str, list[int]] = {}
    for record, value in changes.items():
        groups.setdefault(value, []).append(record)
    return list(groups.items())
