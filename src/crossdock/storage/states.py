"""Folded states by subject, with the columns that lists show and search."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, select

from crossdock.ports.stores import StateRow
from crossdock.storage.statements import ForMany, among, change_in, rows_in, upsert, words
from crossdock.storage.tables import STATE

_TEXTS = ("name", "sales_order", "customer", "city", "country", "carrier", "phase", "milestone", "tracking_numbers")
_SEARCHED = ("name", "sales_order", "customer", "city", "carrier", "tracking_numbers")
_ENCODE = msgspec.json.Encoder().encode
_PROCESSES: msgspec.json.Decoder[dict[str, bytes]] = msgspec.json.Decoder(dict[str, bytes])

_LOAD = select(
    STATE.c.subject,
    STATE.c.state,
    STATE.c.processes,
    STATE.c.updated_at,
    STATE.c.packages,
    *(STATE.c[name] for name in _TEXTS),
).where(among(STATE.c.subject))
_STAMPS = select(STATE.c.subject, STATE.c.updated_at).where(among(STATE.c.subject))
_SAVE = ForMany(upsert(STATE))
_CLEAR = delete(STATE)
_SUBJECTS = (
    select(STATE.c.subject)
    .where(STATE.c.subject > bindparam("past"))
    .order_by(STATE.c.subject)
    .limit(bindparam("most"))
)
_DROP = delete(STATE).where(among(STATE.c.subject))


class SqlStates:
    """Folded state by subject (`crossdock.ports.stores.States`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def load(self, subjects: Iterable[str]) -> dict[str, StateRow]:
        """The rows there are."""
        return {row[0]: _loaded(row) for row in rows_in(self._connection, _LOAD, subjects)}

    def stamps(self, subjects: Iterable[str]) -> dict[str, int]:
        """When the rows there are were updated."""
        return {row[0]: row[1] for row in rows_in(self._connection, _STAMPS, subjects)}

    def save(self, rows: Sequence[StateRow]) -> None:
        """Insert or replace; in the order of subjects, so that two workers cannot lock each other out."""
        latest = {row.subject: row for row in rows}
        _SAVE.run(self._connection, [_columns(latest[subject]) for subject in sorted(latest)])

    def clear(self) -> None:
        """Drop every state."""
        self._connection.execute(_CLEAR)

    def subjects(self, after: str, limit: int) -> list[str]:
        """The subjects that have a state, in order, those greater than ``after``."""
        return list(self._connection.scalars(_SUBJECTS, {"past": after, "most": limit}))

    def drop(self, subjects: Iterable[str]) -> int:
        """Drop the states of these subjects; how many there were."""
        return change_in(self._connection, _DROP, subjects)


def _columns(row: StateRow) -> dict[str, Any]:
    summary = row.summary
    columns: dict[str, Any] = {name: words(str(summary.get(name, ""))) for name in _TEXTS}
    columns["haystack"] = "\n".join(columns[name] for name in _SEARCHED).lower()
    columns["packages"] = int(summary.get("packages", 0))
    columns["subject"] = row.subject
    columns["state"] = row.state
    columns["processes"] = _ENCODE(row.processes).decode()
    columns["updated_at"] = row.updated_at
    return columns


def _loaded(row: Sequence[Any]) -> StateRow:
    subject, state, processes, updated_at, packages, *texts = row
    summary = dict(zip(_TEXTS, texts, strict=True)) | {"packages": packages}
    return StateRow(subject, bytes(state), _PROCESSES.decode(processes), updated_at, summary)
