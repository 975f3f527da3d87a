"""Keeps a Crossdock at work on a run, kills it at seeded moments, and says how far it is."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct, field

from benchmarks.endpoint.ledger.driving import FAILED, FINISHED, failure_of, subject_of
from benchmarks.endpoint.ledger.run import Run
from benchmarks.endpoint.ledger.worker import CLAIM_SECONDS
from crossdock.ports.stores import Store
from crossdock.storage.opening import MigratableStore, open_store

_LOOK_EVERY = 0.1
_SAY_EVERY = 15.0
_PATIENCE = 30.0
_LONGEST = 15.0
"""Seconds between the order that arms a kill and the kill; less where few orders are left to be hit."""
_ROOT = Path(__file__).parents[3]


class Kill(Struct, frozen=True):
    """One kill: when (epoch seconds), how long Crossdock had been up, and how many commands were under way."""

    at: float
    up: float
    under_way: int
    finished: int


class Diary(Struct):
    """What happened to a run so far, over all its parts; ``seconds`` is how long Crossdock was at work."""

    seconds: float = 0.0
    starts: int = 0
    kills: list[Kill] = field(default_factory=list)


class Supervisor:
    """One part of a run: from where it is to its end."""

    def __init__(self, run: Run) -> None:
        """Reads the diary of the run."""
        self._run = run
        self._path = run.folder / "diary.json"
        self.diary = msgspec.json.decode(self._path.read_bytes(), type=Diary) if self._path.exists() else Diary()
        self._chance = random.Random(f"{run.asked.tag}/{run.asked.seed}/kills/{len(self.diary.kills)}")  # noqa: S311 - seeded
        self._subjects = [subject_of(plan.reference) for plan in run.plans]
        self._before = self.diary.seconds
        self._start_of_part: tuple[int, float] | None = None

    async def supervise(self) -> dict[str, str]:
        """Until every order has ended: why those stand still that do, by subject. Raises `RuntimeError` where
        Crossdock itself ends early.
        """
        store = open_store(self._run.store)
        await store.migrate()
        began = time.monotonic()
        try:
            while not await self._one_life(store, began):
                pass
            return await self._failures(store)
        finally:
            self._save(began)
            await store.close()

    async def _one_life(self, store: Store, began: float) -> bool:
        """One Crossdock from its start to its end or to its kill; whether all is done."""
        up, since = time.monotonic(), time.time()
        self.diary.starts += 1
        finished = await self._finished(store)
        due = self._next_kill(finished)
        process = await self._start()
        said = -_SAY_EVERY
        armed: float | None = None
        try:
            while process.returncode is None:
                await asyncio.sleep(_LOOK_EVERY if armed else 1.0)
                now = time.monotonic()
                if now - said >= _SAY_EVERY:
                    said, finished = now, await self._say(store, began)
                if due is not None and armed is None and (finished := await self._finished(store)) >= due:
                    armed = now + self._chance.uniform(0.2, min(_LONGEST, (len(self._subjects) - finished) * 0.4 + 0.3))
                if armed and now >= armed:
                    flying = under_way(self._run, since)
                    if flying or now >= armed + _PATIENCE:
                        process.send_signal(signal.SIGKILL)
                        await process.wait()
                        self.diary.kills.append(Kill(time.time(), round(now - up, 1), flying, finished))
                        self._save(began)
                        return False
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        if process.returncode != 0:
            raise RuntimeError(f"Crossdock ended with {process.returncode}: see {self._run.folder / 'worker.log'}")
        await self._say(store, began)
        return True

    async def _start(self) -> asyncio.subprocess.Process:
        with (self._run.folder / "worker.log").open("ab") as log:
            paths = os.pathsep.join((str(_ROOT / "src"), str(_ROOT), os.environ.get("PYTHONPATH", "")))
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "benchmarks.endpoint.ledger.worker",
                str(self._run.folder),
                stderr=log,
                env={**os.environ, "PYTHONPATH": paths},
            )

    def _next_kill(self, finished: int) -> int | None:
        """At how many finished orders the next kill is due: they are spread over what is left of the run."""
        left = self._run.asked.kills - len(self.diary.kills)
        if left <= 0:
            return None
        share = max(len(self._subjects) - finished, 0) / (left + 0.5)
        return finished + int(share * self._chance.uniform(0.3, 1.0))

    async def _finished(self, store: Store) -> int:
        return (await self._phases(store))[FINISHED]

    async def _phases(self, store: Store) -> Counter[str]:
        rows = await store.read(lambda tx: tx.states.load(self._subjects))
        return Counter(str(row.summary.get("phase", "")) for row in rows.values())

    async def _say(self, store: Store, began: float) -> int:
        phases = await self._phases(store)
        done, failed, total = phases[FINISHED], phases[FAILED], len(self._subjects)
        if self._start_of_part is None:
            self._start_of_part = (done, time.monotonic())
        before, since = self._start_of_part
        rate = (done - before) / max(time.monotonic() - since, 1) * 60
        eta = f"{(total - done - failed) / rate:.0f} min left" if rate else "no rate yet"
        text = (
            f"{done} of {total} orders, {rate:.1f}/min, {eta}; kills {len(self.diary.kills)} of {self._run.asked.kills}"
        )
        begun = sum(count for phase, count in phases.items() if phase not in {FINISHED, FAILED, "", "place-0"})
        print(f"{text}; {begun} under way, {failed} parked or refused", file=sys.stderr, flush=True)
        self._save(began)
        return done

    async def _failures(self, store: Store) -> dict[str, str]:
        rows = await store.read(lambda tx: tx.states.load(self._subjects))
        return {name: why for name, row in sorted(rows.items()) if (why := failure_of(row.processes))}

    def _save(self, began: float) -> None:
        self.diary.seconds = self._before + time.monotonic() - began
        self._path.write_bytes(msgspec.json.encode(self.diary))


def under_way(run: Run, since: float) -> int:
    """How many commands the Crossdock that was started at ``since`` (epoch seconds) has under way. Asked past the
    store's port, which has no use for it: claims of dead processes stand in the same table.
    """
    until = int((since + CLAIM_SECONDS) * 1_000_000)
    question = "SELECT count(*) FROM command WHERE status = 'sending' AND claimed_until >= ?"
    with closing(sqlite3.connect(f"file:{run.folder / 'crossdock.db'}?mode=ro", uri=True, timeout=30)) as database:
        return int(database.execute(question, (until,)).fetchone()[0])


async def retry_parked(run: Run) -> int:
    """Put what was parked or refused back into its lane; how many."""
    store: MigratableStore = open_store(run.store)
    try:
        await store.migrate()
        now = time.time_ns() // 1000
        again = 0
        while True:
            rows, _ = await store.read(lambda tx: tx.views.exchanges(statuses=("parked", "refused"), limit=200))
            ids = [row.id for row in rows]
            if not ids:
                return again
            again += await store.run(lambda tx, ids=ids: tx.lanes.retry(ids, now))  # type: ignore[misc]
    finally:
        await store.close()
