"""A young store made by the real road, and years put onto it in bulk.

The young store holds orders that were booked, scanned ten times and delivered, every row written by Crossdock. It is
then copied inside the database as often as wanted: order numbers, ids, keys and times are shifted, so every copy is
other orders of an earlier time. Bodies and indexes are as large as real ones, because they are real ones.
"""

import sys
from itertools import islice
from time import perf_counter

import asyncpg

from benchmarks.local.endtoend import drain
from benchmarks.local.messages import delivery_id, webhook
from benchmarks.local.worlds import open_world, seed
from crossdock.governance.retention import Retention
from crossdock.model.identifiers import PARTITIONS
from crossdock.ports.stores_inbound import NewExchange
from crossdock.storage.opening import open_store
from crossdock.transports.machine import FreshIds

FIRST = 7_431_000_000
"""The first order's number; a copy has another one in its first four digits, which occur nowhere else in a number."""
_MARK = str(FIRST)[:4]
_STEP = 93_600_000_000
"""How much earlier the next copy is (microseconds): 26 hours, so that ten million events are a year."""
_DAY = 86_400_000_000
_MONTH = 28 * _DAY
_CHUNK = 2000
_SCANS = 10

_FUNCTIONS = f"""
CREATE FUNCTION pg_temp.renumbered(t text, k int) RETURNS text IMMUTABLE LANGUAGE sql AS
    $$ SELECT replace(t, '{_MARK}', ({_MARK} + k)::text) $$;
CREATE FUNCTION pg_temp.other_id(t text, k int) RETURNS text IMMUTABLE LANGUAGE sql AS
    $$ SELECT CASE WHEN length(t) <> 26 THEN t ELSE
        lpad(to_hex(('x' || substr(t, 1, 14))::bit(56)::bigint - k::bigint * {_STEP}), 14, '0')
        || substr(md5(t || k), 1, 12) END $$;
CREATE FUNCTION pg_temp.other_key(t text, k int) RETURNS text IMMUTABLE LANGUAGE sql AS
    $$ SELECT md5(t || k) || substr(t, 33) $$;
CREATE FUNCTION pg_temp.other_delivery(t text, k int) RETURNS text IMMUTABLE LANGUAGE sql AS
    $$ SELECT 'evt_' || md5(t || k) $$;
CREATE FUNCTION pg_temp.earlier_month(p smallint, k int) RETURNS smallint IMMUTABLE LANGUAGE sql AS
    $$ SELECT ((extract(year FROM t) - 1970) * 12 + extract(month FROM t) - 1)::smallint
        FROM (SELECT to_timestamp({{now}} - k * {_STEP / 1_000_000}) AT TIME ZONE 'UTC' AS t) AS at $$;
CREATE FUNCTION pg_temp.rewritten(b bytea, k int) RETURNS bytea IMMUTABLE LANGUAGE sql AS
    $$ SELECT convert_to(pg_temp.renumbered(convert_from(b, 'UTF8'), k), 'UTF8') $$;
"""  # noqa: S608 - numbers of ours
_HOW = {
    "event": {
        "place": "partition::bigint * 1099511627776 + position + k::bigint * heads.head", "position":
        "position + k::bigint * heads.head", "key": "other_key", "subject": "renumbered", "body": "renumbered",
        "received_at": "earlier", "recorded_at": "earlier", "exchange_id": "other_id",
    },
    "exchange": {
        "id": "other_id", "received_at": "earlier", "settled_at": "earlier", "subject": "renumbered",
        "body": "rewritten",
    },
    "delivery": {"delivery_id": "other_delivery", "exchange_id": "other_id", "period": "earlier_month"},
    "reference": {"value": "renumbered", "subject": "renumbered"},
    "state": {
        "subject": "renumbered", "state": "rewritten", "processes": "renumbered", "updated_at": "earlier",
        "name": "renumbered", "sales_order": "renumbered", "customer": "renumbered", "tracking_numbers": "renumbered",
        "haystack": "renumbered",
    },
    "command": {
        "id": "other_id", "key": "other_key", "subject": "renumbered", "created_at": "earlier", "due_at": "earlier",
        "settled_at": "earlier", "body": "rewritten",
    },
}  # fmt: skip
"""Which columns change in a copy, and how; the others are copied as they are."""


async def young(url: str, orders: int) -> int:
    """Fill an empty store by the real road; how many events that made."""
    hub = await open_world(url)
    ids, now = FreshIds(), hub.clock.now()
    for first in range(0, orders, _CHUNK):
        numbers = range(FIRST + first, FIRST + min(first + _CHUNK, orders))
        await hub.store.run(lambda tx, numbers=numbers: seed(tx, numbers, now))
    hub.engine.partitions = tuple(range(PARTITIONS))
    while await hub.engine.reduce():
        pass
    scans = iter((FIRST + order, scan) for scan in range(_SCANS) for order in range(orders))
    while chunk := list(islice(scans, _CHUNK)):
        batch = [
            NewExchange(ids.fresh(now), "easypost", "tracker", webhook(order, scan), now, f"{order:032x}",
                        content_type="application/json", path="/in/easypost/tracker",
                        delivery_id=delivery_id(order, scan))
            for order, scan in chunk
        ]  # fmt: skip
        await hub.store.run(lambda tx, batch=batch: tx.exchanges.accept(batch))
    await drain(hub, range(PARTITIONS))
    counts = await hub.store.read(lambda tx: tx.views.counts())
    await hub.close()
    await hub.store.close()
    connection = await asyncpg.connect(url)
    # Carried out long ago, as far as this store is concerned: an old store has no old backlog.
    await connection.execute("UPDATE command SET status = 'done', settled_at = created_at")
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    return counts.events


async def grow(url: str, events: int) -> None:
    """Copy a young store's rows until there are ``events``, and bring what PostgreSQL knows of them up to date."""
    connection = await asyncpg.connect(url, timeout=60)
    there = await connection.fetchval("SELECT sum(head)::bigint FROM log_partition")
    copies = max(0, round(events / there) - 1)
    await connection.execute("SET synchronous_commit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'")
    now = await connection.fetchval("SELECT max(received_at) / 1000000 FROM exchange")
    await connection.execute(_FUNCTIONS.replace("{now}", str(now)))
    await _months(url, now * 1_000_000, copies)
    for table in _HOW:
        await connection.execute(f"CREATE TEMP TABLE young_{table} AS SELECT * FROM {table}")  # noqa: S608 - ours
    await connection.execute("CREATE TEMP TABLE heads AS SELECT partition, head FROM log_partition")
    indexes = await _without_indexes(connection)
    started, step = perf_counter(), max(1, copies // 20)
    for first in range(1, copies + 1, step):
        last = min(first + step - 1, copies)
        for table, changed in _HOW.items():
            await connection.execute(await _copying(connection, table, changed, first, last), timeout=3600)
        print(f"… {last} of {copies} copies, {perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    for table, column in (("log_partition", "head"), ("log_cursor", "position")):
        await connection.execute(f"UPDATE {table} SET {column} = {column} * {copies + 1}")  # noqa: S608 - ours
    for statement in indexes:
        await connection.execute(statement, timeout=3600)
        print(f"… {statement[:60]}, {perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    await _forget_deliveries(url, now * 1_000_000)
    await connection.execute("VACUUM ANALYZE", timeout=3600)
    await connection.close()


async def _forget_deliveries(url: str, now: int) -> None:
    """As retention does every night with what it is shipped with. Everything else stays."""
    store = open_store(url)
    before = now - Retention().delivery_id_days * _DAY
    while await store.run(lambda tx: tx.ageing.drop_month("delivery", before)):
        pass
    await store.close()


async def _months(url: str, now: int, copies: int) -> None:
    """Parts for the months the copies fall into, as there would be had the store grown through them."""
    store = open_store(url)
    for month in range(copies * _STEP // _MONTH + 1, -1, -1):
        await store.run(lambda tx, month=month: tx.ageing.prepare(now - month * _MONTH, 1))
    await store.close()


async def _without_indexes(connection: asyncpg.Connection) -> list[str]:
    """Drop keys and indexes of what is copied, which is then much faster; the statements that bring them back."""
    back = []
    tables = list(_HOW)
    query = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype IN ('p', 'u') AND conrelid::regclass::text = ANY($1)"
    )
    for table, name, definition in await connection.fetch(query, tables):
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        back.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY($1)"
    for name, definition in await connection.fetch(query, tables):
        await connection.execute(f"DROP INDEX {name}")
        back.append(definition.replace(" ON ONLY ", " ON "))  # of a divided table: for its parts too
    return back


async def _copying(connection: asyncpg.Connection, table: str, changed: dict[str, str], first: int, last: int) -> str:
    query = (
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attnum"
    )
    columns = [row[0] for row in await connection.fetch(query, table)]
    columns = [name for name in columns if (table, name) != ("command", "seq")]  # the database numbers them itself
    values = ", ".join(_value(f"young_{table}.{name}", changed.get(name, "")) for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    joined = f"JOIN heads ON heads.partition = young_{table}.partition" if table == "event" else ""
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} FROM generate_series({first}, {last}) AS k, "  # noqa: S608
        f"LATERAL (SELECT 1) AS one CROSS JOIN young_{table} {joined}"
    )


def _value(column: str, how: str) -> str:
    if how == "earlier":
        return f"CASE WHEN {column} = 0 THEN 0 ELSE {column} - k::bigint * {_STEP} END"
    if how in {"renumbered", "other_id", "other_key", "other_delivery", "earlier_month", "rewritten"}:
        return f"pg_temp.{how}({column}, k)"
    table = column.partition(".")[0]
    return how.replace("position", f"{table}.position").replace("partition::", f"{table}.partition::") or column


async def sizes(url: str) -> dict[str, int]:
    """Bytes by table, indexes and large values included, and of the whole database."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT 8"
    )
    whole = await connection.fetchval("SELECT pg_database_size(current_database())")
    await connection.close()
    return {"database": whole, **{row[0]: row[1] for row in rows}}
