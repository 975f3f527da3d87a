"""Which name belongs to which subject, and the facts that wait for a name."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, select, text, update

from crossdock.model.events import Fact
from crossdock.model.identifiers import Reference
from crossdock.ports.stores import Waiting
from crossdock.storage.statements import among, change_in, insert_new, rows_in, words
from crossdock.storage.tables_exchange import EXCHANGE
from crossdock.storage.tables_work import OF_CHARGES, REFERENCE, WAITING_FACT, WAITING_LOOKUP

_BUCKETS = 64
_LOCKS = 0x0C05
"""The class of our advisory locks, so that they meet nobody else's in a shared database."""

_ENCODE = msgspec.json.Encoder().encode


class _Held(Fact, frozen=True):
    """A fact as it is kept while it waits: a quiet one stays quiet when its reference is bound at last."""

    quiet: bool = False


_DECODER: msgspec.json.Decoder[_Held] = msgspec.json.Decoder(_Held)

_LOCK = text(
    "SELECT count(pg_advisory_xact_lock(:class, bucket)) FROM"
    " (SELECT b AS bucket FROM unnest(string_to_array(:buckets, ',')::int[]) AS b ORDER BY b) AS sorted"
)
_LOOKUP = (
    select(REFERENCE.c.kind, REFERENCE.c.value, REFERENCE.c.issuer, REFERENCE.c.subject)
    .where(among(REFERENCE.c.value))
    .order_by(REFERENCE.c.subject)
)
_BIND = insert_new(REFERENCE)
_HELD = select(WAITING_FACT.c.key).where(among(WAITING_FACT.c.key))
_HOLD = insert_new(WAITING_FACT)
_HOLD_LOOKUP = insert_new(WAITING_LOOKUP)
_WAITING_FOR = select(
    WAITING_LOOKUP.c.kind, WAITING_LOOKUP.c.value, WAITING_LOOKUP.c.issuer, WAITING_LOOKUP.c.key
).where(among(WAITING_LOOKUP.c.value))
_TAKE = select(WAITING_FACT).where(among(WAITING_FACT.c.key)).order_by(WAITING_FACT.c.key).with_for_update()
_READ = select(WAITING_FACT).where(among(WAITING_FACT.c.key))
_CHARGES = (
    select(WAITING_FACT)
    .join(WAITING_LOOKUP, WAITING_LOOKUP.c.key == WAITING_FACT.c.key)
    .where(OF_CHARGES, WAITING_LOOKUP.c.key > bindparam("behind"))
    .order_by(WAITING_LOOKUP.c.key)
    .limit(bindparam("most"))
)
_OF_EXCHANGE = (
    select(WAITING_FACT)
    .where(WAITING_FACT.c.exchange_id == bindparam("whose"))
    .order_by(WAITING_FACT.c.key)
    .limit(bindparam("most"))
)
_NAMED = (
    select(WAITING_LOOKUP.c.kind, WAITING_LOOKUP.c.value, WAITING_LOOKUP.c.issuer)
    .where(WAITING_LOOKUP.c.value == bindparam("which"))
    .distinct()
    .order_by(WAITING_LOOKUP.c.kind, WAITING_LOOKUP.c.issuer)
    .limit(bindparam("most"))
)
_DROP = delete(WAITING_FACT).where(among(WAITING_FACT.c.key))
_DROP_LOOKUPS = delete(WAITING_LOOKUP).where(among(WAITING_LOOKUP.c.key))
_NO_LONGER_WAITING = (
    update(EXCHANGE)
    .where(
        among(EXCHANGE.c.id),
        EXCHANGE.c.status == "waiting",
        ~select(WAITING_FACT.c.key).where(WAITING_FACT.c.exchange_id == EXCHANGE.c.id).exists(),
    )
    .values(status="translated")
)
_OVERDUE = (
    select(WAITING_LOOKUP.c.kind, WAITING_LOOKUP.c.value, WAITING_LOOKUP.c.issuer)
    .where(
        select(REFERENCE.c.subject)
        .where(
            REFERENCE.c.value == WAITING_LOOKUP.c.value,
            REFERENCE.c.kind == WAITING_LOOKUP.c.kind,
            REFERENCE.c.issuer == WAITING_LOOKUP.c.issuer,
        )
        .exists()
    )
    .distinct()
    .limit(bindparam("most"))
)


class SqlReferences:
    """Who is called what (`crossdock.ports.stores.References`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def lock(self, references: Iterable[Reference]) -> None:
        """Serialise with others who look up or bind the same names, until the transaction ends.

        Names hash into buckets taken in ascending order. SQLite has one writer at a time and needs none of it.
        """
        if self._connection.dialect.name != "postgresql":
            return
        buckets = sorted({zlib.crc32(words(each.value).encode()) % _BUCKETS for each in references})
        if buckets:
            self._connection.execute(_LOCK, {"class": _LOCKS, "buckets": ",".join(map(str, buckets))})

    def lookup(self, references: Iterable[Reference]) -> dict[Reference, list[str]]:
        """Subjects by reference; absent where nobody knows it, several where it is ambiguous."""
        wanted = _as_kept(references)
        found: dict[Reference, list[str]] = {}
        for kind, value, issuer, subject in rows_in(self._connection, _LOOKUP, (each[1] for each in wanted)):
            for reference in wanted.get((kind, value, issuer), ()):
                found.setdefault(reference, []).append(subject)
        return found

    def bind(self, pairs: Iterable[tuple[Reference, str]]) -> list[Reference]:
        """Make references true of subjects; gives those that were new."""
        wanted = list(dict.fromkeys(pairs))
        known = self.lookup(reference for reference, _ in wanted)
        new = [(reference, subject) for reference, subject in wanted if subject not in known.get(reference, ())]
        if new:
            rows = [{**_columns(reference), "subject": subject} for reference, subject in new]
            self._connection.execute(_BIND, sorted(rows, key=_in_key_order))
        return list(dict.fromkeys(reference for reference, _ in new))

    def hold(self, facts: Sequence[Waiting]) -> list[Waiting]:
        """Keep facts that match nothing yet, under each of their lookups; gives those that were not held already."""
        known = {row[0] for row in rows_in(self._connection, _HELD, {each.key for each in facts})}
        in_order = sorted(
            {each.key: each for each in reversed(facts) if each.key not in known}.values(), key=lambda each: each.key
        )
        if not in_order:
            return []
        self._connection.execute(_HOLD, [
            {"key": each.key, "fact": _ENCODE(_kept(each)).decode(), "received_at": each.received_at,
             "source": each.source, "exchange_id": each.exchange_id, "trace_id": each.trace_id}
            for each in in_order
        ])  # fmt: skip
        lookups = [{**_columns(name), "key": each.key} for each in in_order for name in each.fact.lookups]
        if lookups:
            self._connection.execute(_HOLD_LOOKUP, lookups)
        return in_order

    def release(self, references: Iterable[Reference]) -> list[Waiting]:
        """Take out the facts that were waiting for any of these names, oldest first.

        The rows are locked before they are read: of two transactions that bind two names of one fact, one gets it.
        """
        rows = list(rows_in(self._connection, _TAKE, self._waiting_for(references)))
        if not rows:
            return []
        change_in(self._connection, _DROP_LOOKUPS, (row[0] for row in rows))
        change_in(self._connection, _DROP, (row[0] for row in rows))
        change_in(self._connection, _NO_LONGER_WAITING, sorted({row[4] for row in rows}))
        return sorted(map(_waiting, rows), key=lambda each: (each.received_at, each.key))

    def held(self, references: Iterable[Reference]) -> list[Waiting]:
        """The facts that wait for any of these names, oldest first; they stay where they are."""
        rows = rows_in(self._connection, _READ, self._waiting_for(references))
        return sorted(map(_waiting, rows), key=lambda each: (each.received_at, each.key))

    def waiting(self, keys: Iterable[str]) -> list[Waiting]:
        """Those of the facts, by key, that wait still."""
        return [_waiting(row) for row in rows_in(self._connection, _READ, keys)]

    def charges(self, behind: str, limit: int) -> list[Waiting]:
        """Freight charges that wait, in the order of their keys, those behind ``behind``."""
        return [_waiting(row) for row in self._connection.execute(_CHARGES, {"behind": behind, "most": limit})]

    def of_message(self, exchange_id: str, limit: int) -> list[Waiting]:
        """Facts of one message that wait."""
        return [_waiting(row) for row in self._connection.execute(_OF_EXCHANGE, {"whose": exchange_id, "most": limit})]

    def waited_for(self, value: str, limit: int = 20) -> list[Reference]:
        """Names written like ``value`` that something waits for."""
        return [Reference(*row) for row in self._connection.execute(_NAMED, {"which": words(value), "most": limit})]

    def _waiting_for(self, references: Iterable[Reference]) -> list[str]:
        wanted = _as_kept(references)
        found = rows_in(self._connection, _WAITING_FOR, (each[1] for each in wanted))
        return sorted({key for kind, value, issuer, key in found if (kind, value, issuer) in wanted})

    def overdue(self, limit: int) -> list[Reference]:
        """References that are bound while facts still wait for them (the net under `release`)."""
        return [Reference(*row) for row in self._connection.execute(_OVERDUE, {"most": limit})]


def _kept(each: Waiting) -> Fact:
    fact = each.fact
    return _Held(fact.body, fact.occurred, fact.subject, fact.lookups, fact.binds, quiet=True) if each.quiet else fact


def _waiting(row: Sequence[Any]) -> Waiting:
    held = _DECODER.decode(row[1])
    fact = Fact(held.body, held.occurred, held.subject, held.lookups, held.binds)
    return Waiting(row[0], fact, row[2], row[3], row[4], row[5], held.quiet)


def _as_kept(references: Iterable[Reference]) -> dict[tuple[str, str, str], list[Reference]]:
    """References by what the columns hold of them."""
    kept: dict[tuple[str, str, str], list[Reference]] = {}
    for each in dict.fromkeys(references):
        kept.setdefault((each.kind, words(each.value), each.issuer), []).append(each)
    return kept


def _columns(reference: Reference) -> dict[str, Any]:
    return {"value": words(reference.value), "kind": reference.kind, "issuer": reference.issuer}


def _in_key_order(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["value"], row["kind"], row["issuer"], row["subject"]
