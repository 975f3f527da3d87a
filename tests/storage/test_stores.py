import asyncio
import re
import threading
import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from crossdock.ports.stores import InvalidStoreUrl, StoreFull, StoreUnavailable
from crossdock.storage import schema
from crossdock.storage.opening import open_store, unfit_sqlite
from crossdock.storage.tables import METADATA
from storage.made import command, event, exchange


class Death(BaseException):
    """Not an Exception: what a dying process throws."""


@pytest.mark.req("K1")
@pytest.mark.parametrize("error", [LookupError, Death])
async def test_nothing_of_a_failed_step_remains(store, error):
    def step(tx):
        tx.exchanges.accept([exchange("x1")])
        tx.log.append([event()], 1)
        tx.lanes.enqueue([command()])
        raise error

    with pytest.raises(error):
        await store.run(step)
    counts = await store.read(lambda tx: tx.views.counts())
    assert (counts.received, counts.events, counts.queued) == (0, 0, 0)
    await store.run(lambda tx: tx.exchanges.accept([exchange("x1")]))


@pytest.mark.req("K1")
async def test_what_was_committed_is_there_after_reopening(kind, opened, url):
    if kind == "sqlite-memory":
        pytest.skip("memory is not reopened")
    first = opened(url)
    await first.run(lambda tx: tx.exchanges.accept([exchange("x1")]))
    await first.close()
    second = opened(url)
    assert (await second.read(lambda tx: tx.views.counts())).received == 1
    await second.close()


async def test_a_read_sees_one_snapshot_and_holds_up_no_writer(kind, opened, url, store):
    if kind == "sqlite-memory":
        pytest.skip("one connection is its own snapshot")
    other = opened(url)
    loop = asyncio.get_running_loop()
    between = threading.Event()

    def reading(tx):
        before = tx.views.counts().received
        if kind == "sqlite-threads":
            between.wait(5)
        return before, tx.views.counts().received, tx.exchanges.received(range(64), 9)

    if kind == "sqlite-threads":
        task = asyncio.create_task(store.read(reading))
        await asyncio.sleep(0.05)
        await asyncio.wait_for(store.run(lambda tx: tx.exchanges.accept([exchange()])), 2)
        between.set()
        assert await task == (0, 0, [])
    else:

        def step(tx):
            before = tx.views.counts().received
            # another connection commits while this snapshot is open
            run = asyncio.new_event_loop().run_until_complete
            thread = threading.Thread(target=lambda: run(_accept_elsewhere(other)))
            thread.start()
            thread.join(5)
            assert not thread.is_alive()
            return before, tx.views.counts().received

        assert await store.read(step) == (0, 0)
    assert (await store.read(lambda tx: tx.views.counts())).received == 1
    await other.close()
    assert loop.is_running()


async def _accept_elsewhere(other):
    await other.run(lambda tx: tx.exchanges.accept([exchange()]))
    if other.name == "postgresql":
        await other.close()


async def test_a_reader_cannot_write(store):
    with pytest.raises(Exception, match=r"read-?only"):
        await store.read(lambda tx: tx.exchanges.accept([exchange()]))
    assert (await store.read(lambda tx: tx.views.counts())).received == 0
    await store.run(lambda tx: tx.exchanges.accept([exchange()]))


async def test_migrating_an_empty_database_and_again(kind, opened, empty):
    store = opened(empty)
    if kind != "sqlite-memory":
        assert await store.revision() == ""
    assert await store.migrate() == schema.newest()
    await store.run(lambda tx: tx.exchanges.accept([exchange("x1")]))
    assert await store.migrate() == await store.revision() == schema.newest()
    assert (await store.read(lambda tx: tx.views.counts())).received == 1
    await store.close()


async def test_two_processes_may_migrate_at_once(kind, opened, empty):
    if kind in {"sqlite-memory", "sqlite-same-thread"}:
        pytest.skip("needs two connections that run at once")
    stores = [opened(empty), opened(empty)]
    assert await asyncio.gather(*(store.migrate() for store in stores)) == [schema.newest()] * 2
    for store in stores:
        await store.close()


def _of_all_stores(name, kind, _parents):
    """PostgreSQL's own: the parts of divided tables, and the words of the text filter."""
    return kind != "table" or not re.fullmatch(r"\w+_(before|rest|\d{4}_\d\d)|state_text|state_grams\w*", name)


async def test_the_migrations_lead_to_the_tables_the_steps_speak_of(store):
    def difference(tx):
        opts = {"target_metadata": METADATA, "include_name": _of_all_stores}
        context = MigrationContext.configure(getattr(tx._connection, "whole", tx._connection), opts=opts)
        return compare_metadata(context, METADATA)

    assert await store.run(difference) == []


@pytest.mark.req("K1")
async def test_sqlite_is_set_to_outlive_a_power_cut(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'crossdock.db'}")
    await store.migrate()

    def settings(tx):
        ask = tx._connection.exec_driver_sql
        return [ask(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]

    assert await store.run(settings) == ["wal", 2, 1]
    await store.close()


@pytest.mark.req("K1")
@pytest.mark.parametrize("threads", [True, False])
async def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path, threads):
    store = open_store(f"sqlite:///{tmp_path / 'full.db'}", threads=threads)
    await store.migrate()
    await store.run(lambda tx: tx.exchanges.accept([exchange("before")]))

    def limit(tx):
        pages = tx._connection.exec_driver_sql("PRAGMA page_count").scalar()
        tx._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")

    await store.run(limit)
    with pytest.raises(StoreFull):
        await store.run(lambda tx: tx.exchanges.accept([exchange(body=bytes(40_000)) for _ in range(20)]))
    assert (await store.read(lambda tx: tx.views.counts())).received == 1
    await store.run(lambda tx: tx.exchanges.accept([exchange("small")]))
    await store.close()


async def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path):
    (tmp_path / "folder.db").mkdir()
    store = open_store(f"sqlite:///{tmp_path / 'folder.db'}")
    with pytest.raises(StoreUnavailable):
        await store.run(lambda tx: tx.views.counts())
    await store.close()
    store = open_store("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(StoreUnavailable):
        await store.run(lambda tx: tx.views.counts())
    with pytest.raises(StoreUnavailable):
        await store.read(lambda tx: tx.views.counts())
    await store.close()


async def test_waking_ends_a_wait_from_any_thread_and_is_not_lost_before_it(store):
    async def waited(seconds=5.0):
        start = time.monotonic()
        await store.wait("log", seconds)
        return time.monotonic() - start

    threading.Timer(0.05, store.wake, ["log"]).start()
    assert await waited() < 2
    store.wake("log")  # between looking for work and waiting for it
    assert await waited() < 2
    store.wake("outbound")
    assert await waited(0.05) >= 0.05
    both = [asyncio.create_task(waited()) for _ in range(2)]
    await asyncio.sleep(0.01)
    store.wake("log")
    assert max(await asyncio.gather(*both)) < 2


@pytest.mark.parametrize(
    "url", ["", "mysql://x/y", "postgresql://h/d?pooler=odd", "postgresql://h/d?connections=0", "not a url"]
)
def test_a_url_that_is_no_store_is_refused_without_its_password(url):
    with pytest.raises(InvalidStoreUrl):
        open_store(url)
    with pytest.raises(InvalidStoreUrl) as refusal:
        open_store("mysql://user:geheim@host/db")
    assert "geheim" not in str(refusal.value)


@pytest.mark.parametrize(
    ("version", "options", "said"),
    [
        ((3, 34, 0), {"ENABLE_FTS5", "ENABLE_JSON1"}, ""),
        ((3, 37, 2), {"ENABLE_FTS5"}, "without FTS5 or JSON"),
        ((3, 38, 0), {"ENABLE_FTS5"}, ""),
        ((3, 46, 1), {"ENABLE_FTS5", "THREADSAFE=1"}, ""),
        ((3, 31, 1), {"ENABLE_FTS5"}, "SQLite 3.31.1, a store needs 3.34"),
        ((3, 40, 1), {"THREADSAFE=1"}, "without FTS5"),
        ((3, 40, 1), {"ENABLE_FTS5", "OMIT_JSON"}, "without FTS5 or JSON"),
    ],
)
def test_a_python_whose_sqlite_lacks_something_is_told_before_anything_is_opened(version, options, said):
    assert said in unfit_sqlite(version, options)
    assert bool(said) == bool(unfit_sqlite(version, options))


def test_no_file_is_made_for_a_sqlite_that_cannot_be_used(tmp_path, monkeypatch):
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 31, 1))
    with pytest.raises(InvalidStoreUrl, match="take PostgreSQL"):
        open_store(f"sqlite:///{tmp_path}/new/crossdock.db")
    assert not (tmp_path / "new").exists()


@pytest.mark.req("K1")
async def test_on_sqlite_what_can_be_derived_again_waits_for_the_disk_with_the_next_that_has_to(tmp_path):
    """2 is FULL and 1 NORMAL: the log is written in order, and only FULL waits (sqlite.org/pragma.html)."""
    path = tmp_path / "crossdock.db"
    store = open_store(f"sqlite:///{path}", threads=False)
    await store.migrate()

    def level(tx):
        return tx._direct.exec_driver_sql("PRAGMA synchronous").scalar()

    def derived(tx):
        tx.rederivable()
        tx.log.append([event("do:odoo:1", "derived")], 1)
        return level(tx)

    def too_late(tx):
        found = level(tx)
        tx.rederivable()
        return found, level(tx)

    for _ in range(2):
        assert await store.run(level) == 2
        assert await store.run(derived) == 1
        assert await store.run(derived) == 1
        assert await store.run(too_late) == (2, 2)
    assert await store.run(derived) == 1
    wal = path.with_name("crossdock.db-wal")
    before = wal.stat().st_mtime_ns
    assert await store.run(lambda tx: (tx.flush(), level(tx))[1]) == 2
    assert path.with_name("crossdock.db-wal").stat().st_mtime_ns > before, (
        "nothing is waited for where nothing is written"
    )
    await store.close()
