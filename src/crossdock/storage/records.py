"""Events as a stream keeps them (JSON, one object each), and as rows give them, wherever their bytes are.

A row that let go of its bytes has an empty ``body``; what `encode_body` writes is never empty.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct

from crossdock.model.events import Event, decode_body
from crossdock.model.instants import Stamp
from crossdock.ports.stream import StreamFault
from crossdock.storage.tables import EVENT

PLACES = 1 << 40
"""Positions a partition has room for; ``place`` is partition * PLACES + position."""

LARGEST = 200_000
"""Characters of a body that a stream takes: NATS refuses messages above 1 MiB unless told otherwise (max_payload), a
character has four bytes at most. A longer body stays in its row; the stream keeps its place with a record without one.
"""

Run = tuple[int, int, int]
"""Partition, first position, how many."""
Fetch = Callable[[Sequence[Run]], Sequence[Sequence[bytes]]]
"""Reads runs from the stream while a step waits. Raises `StreamDown` or `StreamFault`."""

EVENT_COLUMNS = (
    EVENT.c.key,
    EVENT.c.subject,
    EVENT.c.partition,
    EVENT.c.position,
    EVENT.c.body,
    EVENT.c.occurred_at,
    EVENT.c.occurred_zone_known,
    EVENT.c.occurred_precision,
    EVENT.c.received_at,
    EVENT.c.recorded_at,
    EVENT.c.source,
    EVENT.c.exchange_id,
    EVENT.c.trace_id,
    EVENT.c.quiet,
)


class Record(Struct, frozen=True):
    """One event as a stream keeps it. ``body`` carries its own tag; null where it was too long and stayed behind."""

    key: str
    subject: str
    partition: int
    position: int
    body: Raw
    occurred_at: str
    occurred_zone_known: bool
    occurred_precision: str
    received_at: int
    recorded_at: int
    source: str
    exchange_id: str
    trace_id: str
    quiet: bool


_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(Record).decode
_NOTHING = Raw(b"null")
_FIELDS = Record.__struct_fields__
_MISSING = "The log's older events are in JetStream, and store.log does not say where: put it back into crossdock.yaml."


def record_of(row: Sequence[Any]) -> bytes:
    """The bytes a stream keeps of a row of `EVENT_COLUMNS` that has its body."""
    values = dict(zip(_FIELDS, row, strict=True))
    body = values["body"]
    values["body"] = Raw(body.encode()) if len(body) <= LARGEST else _NOTHING
    values["quiet"], values["occurred_zone_known"] = bool(values["quiet"]), bool(values["occurred_zone_known"])
    return _ENCODE(Record(**values))


def gone(partition: int, position: int) -> bytes:
    """What a stream keeps in the place of an event that is no longer in the database."""
    return _ENCODE(Record("", "", partition, position, _NOTHING, "", False, "", 0, 0, "", "", "", False))


def read_record(data: bytes) -> Record:
    """What `record_of` wrote. Raises `StreamFault` for anything else."""
    try:
        return _DECODE(data)
    except msgspec.DecodeError as error:
        text = "The stream of the log holds something that Crossdock did not write: see who else publishes to it."
        raise StreamFault(text, str(error)) from None


def events_of(rows: Sequence[Sequence[Any]], fetch: Fetch | None) -> list[Event]:
    """The events of rows of `EVENT_COLUMNS`, in their order; what a row let go of is read from the stream.

    Raises `StreamFault` where there is no stream to ask, or where its record is another event's.
    """
    away = sorted({(row[2], row[3]) for row in rows if not row[4]})
    if not away:
        return [_event(row) for row in rows]
    if fetch is None:
        partition, position = away[0]
        raise StreamFault(_MISSING, f"{len(away)} events, the first is position {position} of partition {partition}")
    runs = list(_runs(away))
    records = {
        (partition, first + step): data
        for (partition, first, _), found in zip(runs, fetch(runs), strict=True)
        for step, data in enumerate(found)
    }
    return [_event(row) if row[4] else _event(_filled(row, records[row[2], row[3]])) for row in rows]


def _runs(places: Sequence[tuple[int, int]]) -> Iterator[Run]:
    """Neighbouring places are read together."""
    partition, first, count = *places[0], 1
    for where, position in places[1:]:
        if (where, position) == (partition, first + count):
            count += 1
            continue
        yield partition, first, count
        partition, first, count = where, position, 1
    yield partition, first, count


def _filled(row: Sequence[Any], data: bytes) -> Sequence[Any]:
    record = read_record(data)
    if (record.key, record.subject, record.partition, record.position) != (row[0], row[1], row[2], row[3]):
        text = "The stream of the log belongs to another database: see that store.log names the right one."
        raise StreamFault(text, f"position {row[3]} of partition {row[2]} is {record.key} there, {row[0]} here")
    return msgspec.structs.astuple(record)


def _event(row: Sequence[Any]) -> Event:
    key, subject, partition, position, body, at, zone_known, precision, *rest, quiet = row
    received_at, recorded_at, source, exchange_id, trace_id = rest
    stamp = Stamp(at, bool(zone_known), precision)
    found = decode_body(body)
    return Event(
        key, subject, partition, position, found, stamp, received_at, recorded_at, source, exchange_id, trace_id,
        bool(quiet),
    )  # fmt: skip
