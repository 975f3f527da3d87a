"""What only several connections at once can show."""

import asyncio
import random
import time
from collections import Counter

import asyncpg
import pytest
from sqlalchemy import text

from crossdock.model.identifiers import partition_of
from crossdock.ports.stores import Fenced, NewEvent, StoreUnavailable
from crossdock.ports.stores_delivery import DueTimer, Health, Term
from crossdock.storage.opening import open_store
from storage.made import command, event, exchange, fact, outcome, tracking, waiting

PARTITIONS = range(64)


def pause(tx, seconds):
    """Hold the transaction open on the server, while this process goes on with others."""
    tx._connection.exec_driver_sql(f"SELECT pg_sleep({seconds})")


@pytest.mark.req("K1", "K13")
async def test_a_cursor_never_skips_an_event_of_concurrent_appenders(postgres):
    """Without the partition's lock a later position commits first, and a reader's cursor passes the gap."""
    seen, stopping = [], asyncio.Event()

    async def reader():
        cursors = dict.fromkeys(PARTITIONS, 0)
        while True:
            last = stopping.is_set()
            events = await postgres.read(lambda tx: tx.log.read(cursors, 500))
            for each in events:
                assert each.position == cursors[each.partition] + 1
                cursors[each.partition] = each.position
                seen.append(each.key)
            if last and not events:
                return

    async def appender(number):
        choose = random.Random(number)
        for batch in range(25):
            new = [
                event(f"do:odoo:{choose.randrange(12)}", f"{number}-{batch}-{n}") for n in range(choose.randrange(1, 9))
            ]
            choose.shuffle(new)
            appended = await postgres.run(lambda tx, new=new: tx.log.append(new, 1))
            assert len(appended) == len(new)
            total[0] += len(new)

    total = [0]
    reading = asyncio.create_task(reader())
    try:
        await asyncio.gather(*(appender(number) for number in range(8)))
    finally:
        stopping.set()
        await reading
    assert len(seen) == len(set(seen)) == total[0]


@pytest.mark.req("K2")
async def test_the_same_fact_from_two_connections_is_appended_once(postgres):
    new = [event(f"do:odoo:{n}", f"k{n}") for n in range(30)]
    results = await asyncio.gather(*(postgres.run(lambda tx: tx.log.append(new, 1)) for _ in range(6)))
    assert sum(map(len, results)) == 30


@pytest.mark.req("K13")
@pytest.mark.parametrize("before", [False, True], ids=["no row yet", "row there"])
async def test_of_workers_that_wake_late_one_moves_the_cursor(postgres, before):
    if before:
        await postgres.run(lambda tx: tx.log.advance("reducer", {3: (0, 0), 1: (0, 0)}))

    def step(tx):
        tx.log.advance("reducer", {3: (0, 5), 1: (0, 2)})
        pause(tx, 0.02)

    async def advance():
        try:
            await postgres.run(step)
        except Fenced:
            return False
        return True

    assert Counter(await asyncio.gather(*(advance() for _ in range(6)))) == {True: 1, False: 5}


@pytest.mark.req("K2")
async def test_one_of_concurrent_acceptors_keeps_a_delivery(postgres):
    batches = [[exchange(delivery_id=f"d{n}") for n in random.sample(range(20), 20)] for _ in range(6)]
    results = await asyncio.gather(*(postgres.run(lambda tx, b=b: tx.exchanges.accept(b)) for b in batches))
    fresh = [receipt.id for receipts in results for receipt in receipts if not receipt.repeated]
    assert len(fresh) == 20
    assert {receipt.id for receipts in results for receipt in receipts} == set(fresh)
    assert (await postgres.read(lambda tx: tx.views.counts())).received == 20


@pytest.mark.req("K11", "K13")
async def test_workers_never_hold_one_lane_twice_and_keep_its_order(postgres):
    commands = [command(subject=f"s{n % 10}") for n in range(60)]
    await postgres.run(lambda tx: tx.lanes.enqueue(commands))
    busy, order = set(), {}

    async def worker(name):
        while sum(map(len, order.values())) < 60:
            claims = await postgres.run(lambda tx: tx.lanes.claim(Term(name, 10, 10, 10**9), 4, ["odoo"]))
            for each in claims:
                assert each.subject not in busy
                busy.add(each.subject)
            await asyncio.sleep(0.002)
            for each in claims:
                order.setdefault(each.subject, []).append(each.id)
                busy.discard(each.subject)
                assert await postgres.run(lambda tx, each=each: tx.lanes.settle([(each, outcome(each, "done"))])) == [
                    True
                ]

    await asyncio.wait_for(asyncio.gather(*(worker(f"w{n}") for n in range(5))), 30)
    for subject, done in order.items():
        assert done == [each.id for each in commands if each.subject == subject]


@pytest.mark.req("K1")
async def test_a_fact_that_waits_meets_the_binding_of_its_name_whoever_is_first(postgres):
    """Without the lock one transaction finds no owner while the other finds nobody waiting, and both commit."""
    found = []

    def placing(number):
        def step(tx):
            tx.references.lock([tracking(f"1Z{number}")])
            if not tx.references.lookup([tracking(f"1Z{number}")]):
                pause(tx, 0.002)
                tx.references.hold([waiting(f"1Z{number}")])
                return []
            return [f"w1Z{number}"]

        return step

    def binding(number):
        def step(tx):
            tx.references.lock([tracking(f"1Z{number}")])
            bound = tx.references.bind([(tracking(f"1Z{number}"), "do:odoo:1")])
            pause(tx, 0.002)
            return [each.key for each in tx.references.release(bound)]

        return step

    async def run(step):
        await asyncio.sleep(random.random() / 200)
        found.extend(await postgres.run(step))

    await asyncio.gather(*(run(make(number)) for number in range(60) for make in (placing, binding)))
    assert Counter(found) == {f"w1Z{number}": 1 for number in range(60)}
    assert await postgres.read(lambda tx: tx.references.overdue(10)) == []


async def test_a_fact_that_waits_for_two_names_is_released_once(postgres):
    for number in range(20):
        held = waiting(f"A{number}", tracking(f"B{number}"))
        await postgres.run(lambda tx, held=held: tx.references.hold([held]))
    names = [[tracking(f"{letter}{number}")] for number in range(20) for letter in "AB"]
    released = await asyncio.gather(*(postgres.run(lambda tx, n=n: tx.references.release(n)) for n in names))
    assert Counter(each.key for facts in released for each in facts) == {f"wA{number}": 1 for number in range(20)}


async def test_timers_fire_once_among_several_workers(postgres):
    timers = [DueTimer(f"s{n}", "t", n) for n in range(40)]
    await postgres.run(lambda tx: tx.timers.set(timers))
    fired = await asyncio.gather(*(postgres.run(lambda tx: tx.timers.due(100, 15)) for _ in range(6)))
    assert Counter(each.subject for due in fired for each in due) == {f"s{n}": 1 for n in range(40)}


async def test_a_deadlock_is_run_again(postgres):
    tries = []

    def step(first, second):
        def locking(tx):
            tries.append(first)
            tx.partners.health(first)
            pause(tx, 0.2)
            tx.partners.health(second)
            tx.partners.save_health(first, Health(failures=1))

        return locking

    await postgres.run(lambda tx: (tx.partners.health("a"), tx.partners.health("b")))
    await asyncio.gather(postgres.run(step("a", "b")), postgres.run(step("b", "a")))
    assert len(tries) == 3
    assert await postgres.read(lambda tx: tx.partners.health("b")) == Health(failures=1)


@pytest.mark.req("K13")
async def test_another_process_is_woken(postgres_url):
    one, two = open_store(postgres_url), open_store(postgres_url)
    await one.migrate()
    await two.wait("log", 0.3)  # begins to listen
    waiter = asyncio.create_task(two.wait("log", 10))
    await asyncio.sleep(0.2)
    await one.run(lambda tx: tx.log.append([event()], 1))
    start = time.monotonic()
    one.wake("log")
    await waiter
    assert time.monotonic() - start < 2
    await one.close()
    await two.close()


@pytest.mark.req("K15")
async def test_cut_connections_are_unavailable_once_and_then_new(postgres, migrated_postgres_url):
    await postgres.run(lambda tx: tx.views.counts())
    await postgres.wait("log", 0.2)
    killer = await asyncpg.connect(migrated_postgres_url)
    await killer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await killer.close()
    await asyncio.sleep(0.1)
    for _ in range(20):
        try:
            await postgres.run(lambda tx: tx.exchanges.accept([exchange()]))
            break
        except StoreUnavailable:
            await asyncio.sleep(0.05)
    assert (await postgres.read(lambda tx: tx.views.counts())).received == 1


@pytest.mark.req("N1")
async def test_a_pooler_in_transaction_mode_may_stand_between(pooler):
    store = open_store(pooler)
    await store.migrate()

    async def work(number):
        for step in range(10):
            name = f"{number}-{step}"
            new = NewEvent(name, f"do:odoo:{number}", fact(name), 1, "easypost", "", "t" * 32)
            await store.run(lambda tx, new=new: (tx.references.lock([tracking(new.key)]), tx.log.append([new], 1)))
            await store.run(lambda tx, name=name: tx.lanes.enqueue([command(name, subject=name)]))
            claims = await store.run(lambda tx: tx.lanes.claim(Term("w", 10, 10, 100), 2, ["odoo"]))
            for each in claims:
                assert await store.run(lambda tx, each=each: tx.lanes.settle([(each, outcome(each, "done"))])) == [True]
            await store.read(lambda tx: tx.log.of_subject(f"do:odoo:{number}"))

    await asyncio.gather(*(work(number) for number in range(8)))
    counts = await store.read(lambda tx: tx.views.counts())
    assert (counts.events, counts.queued) == (80, 0)
    store.wake("log")
    await store.wait("log", 0.05)
    assert partition_of("do:odoo:1") in PARTITIONS
    await store.close()


def _scalar(tx, query):
    return tx._connection.execute(text(query)).scalar()


@pytest.mark.req("K1")
async def test_what_can_be_derived_again_does_not_wait_for_the_disk_until_somebody_flushes(postgres):
    def derived(tx):
        tx.rederivable()
        tx.log.append([event("do:odoo:1", "derived")], 1)
        return _scalar(tx, "SHOW synchronous_commit")

    assert await postgres.run(derived) == "off"
    assert await postgres.run(lambda tx: _scalar(tx, "SHOW synchronous_commit")) == "on"
    written = await postgres.read(lambda tx: _scalar(tx, "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))
    await postgres.run(lambda tx: tx.flush())
    reached = f"SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn >= {written}"
    assert await postgres.read(lambda tx: _scalar(tx, reached))
