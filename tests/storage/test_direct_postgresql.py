"""Steps on PostgreSQL past SQLAlchemy: the same answers, and the same end when something breaks."""

import asyncio
import contextlib
from decimal import Decimal

import pytest
from sqlalchemy import bindparam, func, insert, select, text, update

from crossdock.ports.stores import StoreFull, StoreUnavailable
from crossdock.storage.direct_postgresql import STATEMENTS, DirectPostgresql
from crossdock.storage.failures import Aborted
from crossdock.storage.known import MOST_SHAPES
from crossdock.storage.opening import open_store
from crossdock.storage.statements import among
from crossdock.storage.tables import ENDED
from crossdock.storage.tables_filters import SAVED_FILTER
from storage.made import exchange

_SOME = select(ENDED.c.subject).where(among(ENDED.c.subject)).order_by(ENDED.c.subject)
_LISTED = (
    select(ENDED.c.subject, ENDED.c.ended_at.label("at"))
    .where(ENDED.c.subject.in_(bindparam("names", expanding=True)), ENDED.c.ended_at < bindparam("before"))
    .order_by(ENDED.c.subject)
)
_SUM = select(func.sum(ENDED.c.ended_at), func.count())
_SHARED = select(SAVED_FILTER.c.id, SAVED_FILTER.c.shared).where(SAVED_FILTER.c.id == bindparam("which"))
_LATER = update(ENDED).where(ENDED.c.ended_at < bindparam("before")).values(ended_at=ENDED.c.ended_at + 10)
_NEW = insert(ENDED)
_GIVEN_BACK = insert(ENDED).returning(ENDED.c.subject)
_PLACE = text("SELECT pg_backend_pid() AS pid")


@pytest.fixture
async def filled(postgres):
    """Three subjects that ended, and a filter that is shared."""
    kept = {"id": "f1", "place": "p", "name": "n", "query": "q", "owner": "o", "shared": True, "created_at": 1}

    def fill(tx):
        tx._connection.execute(insert(ENDED), [{"subject": f"s{number}", "ended_at": number} for number in (1, 2, 3)])
        tx._connection.execute(insert(SAVED_FILTER), kept)

    await postgres.run(fill)
    return postgres


def ask(statement, given=None):
    return lambda tx: [tuple(row) for row in tx._connection.execute(statement, given)]


@pytest.mark.parametrize("read", [True, False])
async def test_a_statement_gives_the_same_the_second_time(filled, read):
    carry_out = filled.read if read else filled.run
    for _ in range(3):
        assert await carry_out(ask(_SOME, {"many": ["s3", "s1", "x"]})) == [("s1",), ("s3",)]
        assert await carry_out(ask(_SOME, {"many": []})) == []
        assert await carry_out(ask(_LISTED, {"names": ["s1", "s2", "s3"], "before": 3})) == [("s1", 1), ("s2", 2)]
        assert await carry_out(ask(_LISTED, {"names": ["s2"], "before": 3})) == [("s2", 2)]
        assert await carry_out(ask(_SUM)) == [(Decimal(6), 3)]


async def test_rows_have_names_and_changes_are_counted(filled):
    for turn in range(3):

        def look(tx, turn=turn):
            row = tx._connection.execute(_SHARED, {"which": "f1"}).first()
            assert (row.id, row.shared) == ("f1", True)
            assert tx._connection.execute(_SHARED, {"which": "f1"}).mappings().first() == {"id": "f1", "shared": True}
            assert tx._connection.execute(_SHARED, {"which": "f2"}).scalar() is None
            assert tx._connection.execute(_LATER, {"before": 4 + 10 * turn}).rowcount == 3
            assert tx._connection.execute(_LATER, {"before": 0}).rowcount == 0
            assert tx._connection.execute(_NEW, {"subject": f"one{turn}", "ended_at": 1000}).rowcount == 1
            tx._connection.execute(_NEW, [{"ended_at": 1000, "subject": f"{turn} of {each}"} for each in range(2)])
            given = {"subject": f"back{turn}", "ended_at": 1000}
            assert tx._connection.execute(_GIVEN_BACK, given).scalar_one() == f"back{turn}"

        await filled.run(look)
    assert await filled.read(ask(select(func.count()).select_from(ENDED))) == [(3 + 3 * 4,)]


async def test_an_array_is_one_shape_however_long_and_lists_have_an_end(filled):
    for length in range(1, 3 * MOST_SHAPES):
        names = ["s2", *(f"x{number}" for number in range(length))]
        assert await filled.read(ask(_SOME, {"many": names})) == [("s2",)]
        assert await filled.read(ask(_LISTED, {"names": names, "before": 9})) == [("s2", 2)]
    assert STATEMENTS.forms(_SOME) == 1
    assert STATEMENTS.forms(_LISTED) <= MOST_SHAPES


@pytest.mark.req("K1")
async def test_what_fails_leaves_nothing_and_its_connection_goes_on(filled):
    def broken(tx):
        tx._connection.execute(_NEW, {"subject": "new", "ended_at": 1})
        raise ZeroDivisionError

    def passed_over(tx):
        tx._connection.execute(_NEW, {"subject": "new", "ended_at": 1})
        with contextlib.suppress(Exception):  # as a careless step would
            tx._connection.exec_driver_sql("SELECT 1 / 0")

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await filled.run(broken)
        with pytest.raises(Aborted):
            await filled.run(passed_over)
        assert await filled.read(ask(_SOME, {"many": ["new"]})) == []


@pytest.mark.req("K1", "K9")
async def test_a_step_that_is_called_off_leaves_nothing(filled):
    def slow(tx):
        tx._connection.execute(_NEW, {"subject": "new", "ended_at": 1})
        tx._connection.exec_driver_sql("SELECT pg_sleep(30)")

    for _ in range(12):  # more often than there are connections
        working = asyncio.create_task(filled.run(slow))
        await asyncio.sleep(0.05)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
    assert await filled.read(ask(_SOME, {"many": ["new"]})) == []
    await filled.run(ask(_GIVEN_BACK, {"subject": "new", "ended_at": 1}))


class Unheard:
    """A driver that carries out what ends in ``words`` and then loses the connection, or is called off."""

    def __init__(self, driver, words, problem):
        self.driver, self.words, self.problem = driver, words, problem

    def __getattr__(self, name):
        return getattr(self.driver, name)

    async def execute(self, words, *given, **more):
        found = await self.driver.execute(words, *given, **more)
        if words.startswith(self.words):
            raise self.problem
        return found


@pytest.fixture
def losing(monkeypatch):
    """What is to be lost from now on."""
    real = DirectPostgresql.__init__
    lost = []

    def made(self, connection, begin):
        real(self, connection, begin)
        if lost:
            self._driver = Unheard(self._driver, *lost)

    monkeypatch.setattr(DirectPostgresql, "__init__", made)
    return lost


@pytest.mark.req("K1")
@pytest.mark.parametrize("problem", [asyncio.CancelledError(), TimeoutError()], ids=["called-off", "too-late"])
async def test_a_transaction_whose_beginning_was_not_heard_does_not_stay_open(migrated_postgres_url, losing, problem):
    store = open_store(f"{migrated_postgres_url}{'&' if '?' in migrated_postgres_url else '?'}connections=1")

    def derived(tx):
        tx.rederivable()
        tx._connection.execute(_NEW, {"subject": "new", "ended_at": 1})

    look = text("SELECT current_setting('synchronous_commit'), current_setting('transaction_read_only')")
    for carry_out in (store.run, store.read):
        losing[:] = ["BEGIN", problem]
        with pytest.raises((asyncio.CancelledError, StoreUnavailable)):
            await carry_out(derived)
        losing.clear()
        assert await store.run(ask(look)) == [("on", "off")]
        assert await store.run(ask(_SOME, {"many": ["new"]})) == []
    await store.close()


class Silent:
    """A driver to which nothing is answered from some words on, for as long as it is given."""

    def __init__(self, driver, words):
        self.driver, self.words = driver, words

    def __getattr__(self, name):
        return getattr(self.driver, name)

    async def execute(self, words, *given, timeout=120.0):  # noqa: ASYNC109 - as asyncpg has it
        if words.startswith(self.words):
            await asyncio.sleep(timeout)
            raise TimeoutError
        return await self.driver.execute(words, *given)


@pytest.mark.req("K9")
async def test_what_cannot_be_taken_back_in_time_ends_with_its_connection(filled, monkeypatch):
    real, drivers = DirectPostgresql.__init__, []

    def made(self, connection, begin):
        real(self, connection, begin)
        drivers.append(self._driver)
        self._driver = Silent(self._driver, "ROLLBACK")

    def broken(tx):
        tx._connection.execute(_NEW, {"subject": "new", "ended_at": 1})
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(DirectPostgresql, "__init__", made)
        async with asyncio.timeout(30):
            with pytest.raises(ZeroDivisionError):
                await filled.run(broken)
    assert [each.is_closed() for each in drivers] == [True]
    assert await filled.read(ask(_SOME, {"many": ["new"]})) == []


@pytest.mark.req("K1", "K9")
@pytest.mark.parametrize(
    ("problem", "kept"),
    [(ConnectionResetError(), True), (asyncio.CancelledError(), True), (Aborted(), False)],
    ids=["lost", "called-off", "refused"],
)
async def test_the_body_of_a_message_whose_commit_was_not_heard_stays(
    migrated_postgres_url, tmp_path, losing, problem, kept
):
    """Its row is there, and whoever sends it again is told so: without the bytes there would be nothing to read."""
    store = open_store(migrated_postgres_url, folder=tmp_path)
    large = exchange("x00000001", body=b"x" * 100_000)
    losing[:] = ["COMMIT", problem]
    with pytest.raises((asyncio.CancelledError, StoreUnavailable, Aborted)):
        await store.run(lambda tx: tx.exchanges.accept([large]))
    losing.clear()
    assert any(path.is_file() for path in tmp_path.rglob("*")) is kept
    if kept:
        found = await store.read(lambda tx: tx.exchanges.received(range(64), 9))
        assert [row.body for row in found] == [large.body]
    await store.close()


@pytest.mark.req("K9")
@pytest.mark.parametrize(("code", "meant"), [("53100", StoreFull), ("57P01", StoreUnavailable)])
async def test_what_the_server_says_is_told_in_our_words(filled, code, meant):
    def refused(tx):
        tx._connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$")

    for _ in range(2):
        with pytest.raises(meant):
            await filled.run(refused)
        with pytest.raises(meant):
            await filled.read(refused)


@pytest.mark.req("K1")
async def test_a_serialization_failure_is_run_again(filled):
    tried = []

    def unlucky(tx):
        tried.append(tx)
        if len(tried) < 3:
            tx._connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$")
        return tx._connection.execute(_GIVEN_BACK, {"subject": "again", "ended_at": 1}).scalar_one()

    assert await filled.run(unlucky) == "again"
    assert len(tried) == 3


@pytest.mark.req("K9")
async def test_a_server_that_became_a_standby_is_left_with_all_its_connections(filled):
    def told(tx):
        tx._connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        tx._connection.execute(_NEW, {"subject": "new", "ended_at": 1})

    async def places():
        found = await asyncio.gather(*(filled.run(lambda tx: (_pid(tx), _sleep(tx))[0]) for _ in range(3)))
        return set(found)

    before = await places()
    with pytest.raises(StoreUnavailable):
        await filled.run(told)
    assert not before & await places()


@pytest.mark.parametrize("read", [True, False])
async def test_a_schema_that_changes_under_a_prepared_statement_is_no_failure(filled, read):
    carry_out, asked = filled.read if read else filled.run, text("SELECT * FROM scratch")
    await filled.run(lambda tx: tx._connection.exec_driver_sql("CREATE TABLE scratch (a int)"))
    for kind in ("text", "bigint", "text"):
        for _ in range(3):
            assert await carry_out(ask(asked)) == []
        change = f"ALTER TABLE scratch ALTER a TYPE {kind} USING 1"
        await filled.run(lambda tx, change=change: tx._connection.exec_driver_sql(change))


def _pid(tx):
    return tx._connection.execute(_PLACE).scalar_one()


def _sleep(tx):
    tx._connection.exec_driver_sql("SELECT pg_sleep(0.2)")
