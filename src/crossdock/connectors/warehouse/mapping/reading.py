"""Bytes of a warehouse as a translation: JSON events, or CSV rows; pure. What cannot be read parks its message, and its
neighbours go on.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct

from crossdock.connectors.warehouse import wire
from crossdock.connectors.warehouse.config import CsvLayout
from crossdock.connectors.warehouse.mapping import files
from crossdock.connectors.warehouse.mapping.catalogue import Catalogue, UomMismatch
from crossdock.connectors.warehouse.mapping.telling import Read, Telling, facts_of, lookup
from crossdock.model.events import Fact
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.identifiers import ReferenceKind, digest, stock_item_id
from crossdock.model.instants import stamp
from crossdock.ports.connector import Translation, Unreadable
from crossdock.ports.verdicts import Explanation

UOM_MISMATCH = "uom.mismatch"
_LONGEST = 100


class Spoken(Struct, frozen=True):
    """One event as it was read: where it stands, its type and time as said, and its content."""

    pointer: str
    kind: str
    at: str
    data: wire.Said
    read: Read


class NotReadable(ValueError):
    """A part that cannot be read; ``pointer`` says which. ``code`` is a type that nobody knows."""

    def __init__(self, pointer: str, text: str, code: str = "") -> None:
        super().__init__(text)
        self.pointer = pointer
        self.code = code


def translation_of(body: bytes, partner: str, catalogue: Catalogue, layouts: Sequence[CsvLayout]) -> Translation:
    """What ``body`` says, in whichever dialect it is written."""
    found = _Found(partner, catalogue)
    is_json = body.lstrip()[:1] in {b"{", b"["}
    try:
        found.take(_json_events(body) if is_json else _csv_events(body, layouts))
    except NotReadable as problem:
        found.problem(problem.pointer, str(problem))
    return Translation(tuple(found.facts), tuple(found.problems), tuple(found.unknown))


class _Found:
    """Gathers facts and problems of one message."""

    def __init__(self, partner: str, catalogue: Catalogue) -> None:
        self._partner = partner
        self._catalogue = catalogue
        self.facts: list[Fact] = []
        self.problems: list[Unreadable] = []
        self.unknown: list[str] = []

    def take(self, events: Iterable[Spoken | NotReadable]) -> None:
        for event in events:
            if isinstance(event, NotReadable):
                if event.code:
                    self.unknown.append(event.code)
                else:
                    self.problem(event.pointer, str(event))
            else:
                self._one(event)

    def _one(self, event: Spoken) -> None:
        try:
            telling = Telling(self._partner, self._catalogue, event.read(event.at), event.read)
        except ValueError as problem:
            self.problem(f"{event.pointer}/timestamp", str(problem))
            return
        try:
            self.facts.extend(facts_of(event.data, telling))
        except UomMismatch as mismatch:
            self._mismatch(event, telling, str(mismatch))
        except (ValueError, ArithmeticError) as problem:
            self.problem(f"{event.pointer}/data", str(problem))

    def _mismatch(self, event: Spoken, telling: Telling, text: str) -> None:
        """Nothing of the event is taken: half of a delivery would be worse than none. The order hears of it."""
        cause = digest(event.kind, event.at, msgspec.json.encode(event.data).decode())
        raised = ExceptionRaised(
            UOM_MISMATCH, f"{text}. Complete the items table, then retry the message.", cause=cause
        )
        reference = getattr(event.data, "reference", "")
        if reference:
            kind = ReferenceKind.INBOUND if isinstance(event.data, wire.Received) else ReferenceKind.WAREHOUSE_ORDER
            fact = Fact(raised, telling.occurred, lookups=(lookup(self._partner, reference, kind),))
        else:
            fact = Fact(raised, telling.occurred, subject=self._stock_of(event.data))
        self.facts.append(fact)
        operator = "A quantity does not come out in our units: complete the items table, then retry this message."
        self.problems.append(Unreadable(f"{event.pointer}/data", Explanation(operator, f"{UOM_MISMATCH}: {text}")))

    def _stock_of(self, data: wire.Said) -> str:
        sku = next((line.sku for line in getattr(data, "lines", ())), "")
        return stock_item_id(self._catalogue.sku(sku), self._catalogue.warehouse(getattr(data, "warehouse", "")))

    def problem(self, pointer: str, text: str) -> None:
        operator = "The warehouse sent something that cannot be read. Have it corrected there, then discard this."
        self.problems.append(Unreadable(pointer, Explanation(operator, text[:2000])))


def _json_events(body: bytes) -> Iterator[Spoken | NotReadable]:
    """One event, a list of them, or a page. Raises `NotReadable`."""
    for pointer, raw in _pieces(body):
        try:
            event = msgspec.json.decode(raw, type=wire.Event)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            yield NotReadable(pointer, f"this is no event: {problem}")
            continue
        yield _typed(pointer, event)


def _typed(pointer: str, event: wire.Event) -> Spoken | NotReadable:
    kind = wire.KINDS.get(event.type)
    if kind is None:
        return NotReadable(
            pointer, f"there is no event type '{event.type[:_LONGEST]}'", event.type[:_LONGEST] or "(none)"
        )
    try:
        data = msgspec.json.decode(event.data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError) as problem:
        return NotReadable(f"{pointer}/data", f"{event.type}: {problem}")
    return Spoken(pointer, event.type, event.timestamp, data, stamp)


def _pieces(body: bytes) -> list[tuple[str, msgspec.Raw]]:
    try:
        if body.lstrip()[:1] == b"[":
            return [(f"/{at}", raw) for at, raw in enumerate(msgspec.json.decode(body, type=list[msgspec.Raw]))]
        heading = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        if "events" in heading:
            page = msgspec.json.decode(body, type=wire.Page)
            return [(f"/events/{at}", raw) for at, raw in enumerate(page.events)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise NotReadable("", f"this is no JSON of the dialect: {problem}") from None
    return [("", msgspec.Raw(body))]


def _csv_events(body: bytes, layouts: Sequence[CsvLayout]) -> Iterator[Spoken | NotReadable]:
    """The events of a file, rows that belong together made one. Raises `NotReadable`."""
    try:
        layout, rows = files.rows_of(body, layouts)
    except files.NoLayout as problem:
        raise NotReadable("", str(problem)) from None
    for group in files.grouped(rows):
        pointer, kind = f"/{group[0].line}", group[0].values.get("event", "")
        if kind not in wire.KINDS:
            yield NotReadable(pointer, f"there is no event '{kind}'", kind[:_LONGEST] or "(none)")
            continue
        try:
            data = msgspec.convert(files.content_of(kind, group), wire.KINDS[kind], strict=False)
        except (msgspec.ValidationError, ValueError, ArithmeticError) as problem:
            yield NotReadable(pointer, f"{kind}: {problem}")
            continue
        yield Spoken(pointer, kind, group[0].values.get("occurred_at", ""), data, files.reader(layout))
