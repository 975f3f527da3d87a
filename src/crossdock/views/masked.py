"""A store as those see it who may not read what is personal: masked before any view or page gets it.

A page that reads through it cannot show what it never had; so every page is masked, those of tomorrow too. What
somebody may see of single orders is said by ``seen``. Writing is as ever: what is written is not what was read here.
"""

from collections.abc import Callable, Collection
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct, structs

from crossdock.model.fulfilment import FulfilmentState
from crossdock.ports.connector import Documents
from crossdock.ports.rows import ExchangeDetail, ExchangeRow, ShipmentRow
from crossdock.ports.stores import Store, Transaction, Waiting
from crossdock.ports.stores_doors import Audited, AuditRow
from crossdock.views.masking import NOBODY, Known, known_of, masked, struct_masked

T = TypeVar("T")
_FIGURES = frozenset({"kpis", "measures"})
_WORDS = ("text", "raw_text", "signed_by", "note", "reason")
_UNSAID = "masked: it may quote what is personal"


class Covered(PermissionError):
    """Labels and proofs cannot be masked: they are not given out."""


class MaskedStore:
    """A `crossdock.ports.stores.Store` whose reading is masked but for the orders in ``seen()``, asked at each look."""

    def __init__(self, store: Store, seen: Callable[[], Collection[str]]) -> None:
        """Around the real one."""
        self._store = store
        self._seen = seen
        self.name, self.hears = store.name, store.hears

    async def read(self, step: Callable[[Transaction], T]) -> T:
        """What ``step`` makes of masked rows."""
        seen = self._seen()
        return await self._store.read(lambda tx: step(cast("Transaction", _Reading(tx, seen))))

    async def run(self, step: Callable[[Transaction], T]) -> T:
        """Write, with rows as they are."""
        return await self._store.run(step)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class MaskedDocuments:
    """Gives out the papers of the orders in ``seen()``, and no others."""

    def __init__(self, documents: Documents, store: Store, seen: Callable[[], Collection[str]]) -> None:
        """Around the real ones."""
        self._documents = documents
        self._store = store
        self._seen = seen

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises `Covered`, or `KeyError` where there are none."""
        subjects = self._seen()
        rows = await self._store.read(lambda tx: tx.states.load(subjects)) if subjects else {}
        if not any(f'"{sha256}"'.encode() in row.state for row in rows.values()):
            raise Covered("the papers of an order name people")
        return await self._documents.get(sha256)

    async def put(self, data: bytes, media_type: str, kind: str) -> str:
        """As ever."""
        return await self._documents.put(data, media_type, kind)


class _Reading:
    """A transaction for reading; what is known of an order is looked up once."""

    def __init__(self, tx: Transaction, seen: Collection[str]) -> None:
        self._tx = tx
        self._seen = seen
        self._known: dict[str, Known] = {}

    def __getattr__(self, name: str) -> Any:
        part = getattr(self._tx, name)
        if name in _FIGURES:
            return part  # numbers of many orders
        return {"views": _Views, "doors": _Doors}.get(name, _Part)(part, self)

    def mask(self, value: Any) -> Any:
        """Anything a part of the transaction gave."""
        return masked(value, NOBODY, self._struct)

    def _struct(self, value: Struct, known: Known) -> Any:
        subjects = _subjects(value)
        if subjects and all(each in self._seen for each in subjects):
            return value
        for each in subjects[:1]:
            known = self._of(each)
        if isinstance(value, Waiting):
            value = structs.replace(value, fact=_wordless(value.fact))
        elif isinstance(value, ExchangeDetail):
            value = structs.replace(value, headers={}, path=value.path.partition("?")[0])
        elif isinstance(value, ExchangeRow) and not value.subject and value.engineer:
            value = structs.replace(value, engineer=_UNSAID)
        return struct_masked(value, known, self._struct)

    def _of(self, subject: str) -> Known:
        if subject not in self._known:
            row = self._tx.states.load([subject]).get(subject)
            self._known[subject] = known_of(_state(row.state)) if row else NOBODY
        return self._known[subject]


def _wordless(value: Any) -> Any:
    """What was said of nobody known yet, without a partner's own words: they may name people."""
    if not isinstance(value, Struct):
        return value
    found = {name: getattr(value, name) for name in value.__struct_fields__}
    changed = {name: _UNSAID for name in _WORDS if found.get(name)}
    inner = {name: _wordless(each) for name, each in found.items() if isinstance(each, Struct)}
    return structs.replace(value, **changed, **inner)


def _state(data: bytes) -> FulfilmentState | None:
    try:
        return msgspec.json.decode(data, type=FulfilmentState)
    except msgspec.DecodeError:
        return None


def _subjects(value: Struct) -> list[str]:
    """The orders that a row is about."""
    if isinstance(value, ExchangeDetail):
        return list(dict.fromkeys([value.row.subject, *(event.subject for event in value.events)]))
    name = value.target if isinstance(value, AuditRow) else getattr(value, "subject", "")
    return [name] if isinstance(name, str) and name else []


class _Part:
    """A part of a transaction whose answers are masked."""

    def __init__(self, part: Any, reading: _Reading) -> None:
        self._part = part
        self._reading = reading

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        return (lambda *given, **named: self._reading.mask(found(*given, **named))) if callable(found) else found


class _Views(_Part):
    def shipments(self, *, text: str = "", **given: Any) -> tuple[list[ShipmentRow], str]:
        """Not by text: whether a name is found would say whose orders there are. References are found by `search`."""
        found: tuple[list[ShipmentRow], str] = ([], "") if text else self._part.shipments(**given)
        return cast("tuple[list[ShipmentRow], str]", self._reading.mask(found))


class _Doors(_Part):
    def audited(self, chosen: Audited, **given: Any) -> tuple[list[AuditRow], str]:
        """By actor and target; what stands in a reason is no way to find it."""
        rows, following = self._part.audited(structs.replace(chosen, text=""), **given)
        text = chosen.text.casefold()
        fitting = [row for row in rows if text in row.actor.casefold() or text in row.target.casefold()]
        return self._reading.mask(fitting), following
