"""The bare reducer: the least that a durable process on PostgreSQL can be, to hold the real road against.

Events lie in a table by partition and position. A worker owns partitions; it reads a batch in order, decides in memory
(a table of four steps), and commits state, commands and its cursor in one transaction; the cursor's move is
conditional. No translation, no correlation, no canonical events, no history, no lists for people.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from time import time
from typing import Any
from zlib import crc32

import asyncpg
import msgspec
import uvicorn

STEPS = ("ordered", "reserved", "packed", "shipped")
"""Every event brings its process one step further and orders one command."""
_PARTITIONS = 64
_BATCH = 400
_TABLES = """
CREATE TABLE bare_event (part int, seq bigint, subject text, body bytea, PRIMARY KEY (part, seq));
CREATE TABLE bare_state (subject text PRIMARY KEY, state bytea NOT NULL);
CREATE TABLE bare_command (key text PRIMARY KEY, subject text, body bytea, status text);
CREATE TABLE bare_cursor (part int PRIMARY KEY, seq bigint NOT NULL);
"""


class State(msgspec.Struct):
    """Where a process stands, and what it saw."""

    step: int = 0
    seen: list[str] = []


async def fill(url: str, events: int) -> None:
    """``events`` events of a quarter as many processes, the steps of all in turn."""
    connection = await asyncpg.connect(url)
    await connection.execute(_TABLES)
    heads = [0] * _PARTITIONS
    rows = []
    for number in range(events):
        subject = f"process-{number % (events // len(STEPS)):08d}"
        step = STEPS[number // (events // len(STEPS)) % len(STEPS)]
        part = crc32(subject.encode()) % _PARTITIONS
        heads[part] += 1
        body = json.dumps({"id": f"e{number:012d}", "step": step, "note": "x" * 380}).encode()
        rows.append((part, heads[part], subject, body))
    await connection.copy_records_to_table("bare_event", records=rows)
    await connection.executemany("INSERT INTO bare_cursor VALUES ($1, 0)", [(part,) for part in range(_PARTITIONS)])
    await connection.close()


async def drain(url: str, first: int, last: int) -> tuple[float, float]:
    """Reduce everything in partitions ``first`` to ``last`` (not included); when that began and ended."""
    connection = await asyncpg.connect(url)
    await connection.set_type_codec("json", encoder=str, decoder=str, schema="pg_catalog")
    decode, encode = msgspec.json.Decoder(State).decode, msgspec.json.Encoder().encode
    started = time()
    idle = False
    while not idle:
        idle = True
        for part in range(first, last):
            cursor = await connection.fetchval("SELECT seq FROM bare_cursor WHERE part = $1", part)
            query = "SELECT seq, subject, body FROM bare_event WHERE part = $1 AND seq > $2 ORDER BY seq LIMIT $3"
            batch = await connection.fetch(query, part, cursor, _BATCH)
            if not batch:
                continue
            idle = False
            subjects = sorted({row[1] for row in batch})
            known = await connection.fetch("SELECT subject, state FROM bare_state WHERE subject = ANY($1)", subjects)
            states = {row[0]: decode(row[1]) for row in known}
            commands = [_decide(states, row) for row in batch]
            async with connection.transaction():
                await _commit(connection, states, commands, encode)
                moved = "UPDATE bare_cursor SET seq = $3 WHERE part = $1 AND seq = $2"
                if await connection.execute(moved, part, cursor, batch[-1][0]) != "UPDATE 1":
                    raise RuntimeError("somebody else moved the cursor")
    ended = time()
    await connection.close()
    return started, ended


def _decide(states: dict[str, State], row: asyncpg.Record) -> tuple[str, str, bytes]:
    event = json.loads(row[2])
    state = states.setdefault(row[1], State(seen=[]))
    state.step = STEPS.index(event["step"]) + 1
    state.seen.append(event["id"])
    return f"{row[1]}:{event['id']}", row[1], json.dumps({"do": event["step"], "for": row[1]}).encode()


async def _commit(
    connection: asyncpg.Connection, states: dict[str, State], commands: list[tuple[str, str, bytes]], encode: Any
) -> None:
    await connection.execute(
        "INSERT INTO bare_state SELECT * FROM unnest($1::text[], $2::bytea[])"
        " ON CONFLICT (subject) DO UPDATE SET state = excluded.state",
        list(states), [encode(each) for each in states.values()],
    )  # fmt: skip
    keys, subjects, bodies = zip(*commands, strict=True)
    await connection.execute(
        "INSERT INTO bare_command SELECT k, s, b, 'queued'"
        " FROM unnest($1::text[], $2::text[], $3::bytea[]) AS t(k, s, b)"
        " ON CONFLICT (key) DO NOTHING",
        list(keys), list(subjects), list(bodies),
    )  # fmt: skip


async def run(url: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Events a second with as many processes as the real road gets; every event must have its command."""
    await fill(url, arguments.events)
    share = _PARTITIONS // arguments.workers
    started = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "benchmarks.local.bare", url, str(each * share), str((each + 1) * share)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for each in range(arguments.workers)
    ]
    said = [json.loads((await asyncio.to_thread(process.communicate))[0]) for process in started]
    connection = await asyncpg.connect(url)
    commands = await connection.fetchval("SELECT count(*) FROM bare_command")
    await connection.close()
    if commands != arguments.events:
        raise RuntimeError(f"{commands} commands of {arguments.events} events")
    seconds = max(each[1] for each in said) - min(each[0] for each in said)
    notes = f"{arguments.events} events, {arguments.workers} processes"
    return [{"what": "bare reducer", "per_second": round(arguments.events / seconds, 1), "notes": notes}]


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        print(json.dumps(runner.run(drain(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))
