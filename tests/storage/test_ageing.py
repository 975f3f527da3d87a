"""What grows old goes, by class and by month; what anybody waits for stays; late deliveries are known."""

import asyncio

import pytest
from alembic import command
from sqlalchemy import text

from crossdock.model.cases import Case
from crossdock.model.identifiers import partition_of
from crossdock.ports.stores_delivery import Term
from crossdock.storage import parts, schema
from crossdock.storage.opening import open_store
from crossdock.storage.periods import first_id, start_of
from storage.made import command as order
from storage.made import event, exchange, outcome, state, translated

DAY = 86_400_000_000
NOW = 1_795_262_400_000_000  # 2026-11-21T12:00Z
LONG_AGO = NOW - 500 * DAY


def message(at, number=1, **more):
    return exchange(f"{at:014x}{number:012d}", received_at=at, **more)


async def received(store, at, number=1, status="translated", **more):
    new = message(at, number, **more)
    await store.run(lambda tx: tx.exchanges.accept([new]))
    if status != "received":
        await store.run(lambda tx: tx.exchanges.settle([translated(new.id, status=status)], at))
    return new.id


async def given(store, at, status="done"):
    new = order(f"{at:014x}c00000000001", created_at=at)
    await store.run(lambda tx: tx.lanes.enqueue([new]))
    claimed = await store.run(lambda tx: tx.lanes.claim(Term("w", at, at, at + 1), 1, ["odoo"]))
    await store.run(lambda tx: tx.lanes.settle([(claimed[0], outcome(claimed[0], status))]))
    return new.id


async def there(store, ids):
    details = [await store.read(lambda tx, each=each: tx.views.exchange(each)) for each in ids]
    return [each is not None for each in details]


@pytest.mark.req("M19")
async def test_old_messages_go_and_those_somebody_waits_for_stay(store, tmp_path):
    statuses = ("translated", "received", "parked", "waiting", "repeated", "hint")
    old = [await received(store, LONG_AGO, at, status) for at, status in enumerate(statuses)]
    young = await received(store, NOW, 9)
    large = await received(store, LONG_AGO, 10, body=b"x" * 70_000)
    assert len([each for each in (tmp_path / "bodies").rglob("*") if each.is_file()]) == 1
    due = await store.read(lambda tx: tx.ageing.due({"exchanges": NOW - DAY}))
    assert due == {"exchanges": 4, "attempts": 0, "delivery_ids": 0, "refused": 0}
    assert await store.run(lambda tx: tx.ageing.exchanges(NOW - DAY, 3)) == 3
    assert await store.run(lambda tx: tx.ageing.exchanges(NOW - DAY, 3)) == 1
    assert await store.run(lambda tx: tx.ageing.exchanges(NOW - DAY, 3)) == 0
    assert await there(store, [*old, young, large]) == [False, True, True, True, False, False, True, False]
    assert not [each for each in (tmp_path / "bodies").rglob("*") if each.is_file()]


@pytest.mark.req("M19")
async def test_attempts_of_settled_commands_go_and_the_command_stays(store):
    parked, done = await given(store, LONG_AGO, "parked"), await given(store, LONG_AGO + 1)
    young = await given(store, NOW)
    assert await store.run(lambda tx: tx.ageing.attempts(NOW - DAY, 100)) == 1
    details = [await store.read(lambda tx, each=each: tx.views.exchange(each)) for each in (parked, done, young)]
    assert [len(each.attempts) for each in details] == [1, 0, 1]


@pytest.mark.req("M19")
async def test_refused_bodies_go(store):
    from crossdock.ports.stores_inbound import RefusedBody  # noqa: PLC0415

    bodies = [RefusedBody(f"r{at}", "p", "hook", 401, at, b"x", 1, "0", "do", "why") for at in (LONG_AGO, NOW)]
    await store.run(lambda tx: tx.exchanges.refuse(bodies))
    assert await store.run(lambda tx: tx.ageing.refused(NOW - DAY, 100)) == 1
    assert [row[0] for row in await store.read(lambda tx: tx.views.refused())] == [f"r{NOW}"]


@pytest.mark.req("K2")
async def test_a_delivery_is_known_over_months_and_forgotten_with_its_own(store):
    first = await received(store, NOW - 40 * DAY, delivery_id="d1")
    again = message(NOW, 2, delivery_id="d1")
    assert (await store.run(lambda tx: tx.exchanges.accept([again])))[0].id == first
    assert await store.run(lambda tx: tx.ageing.deliveries(NOW - 60 * DAY, 100)) == 0
    gone = await store.run(lambda tx: tx.ageing.deliveries(NOW + 60 * DAY, 100))
    while dropped := await store.run(lambda tx: tx.ageing.drop_month("delivery", NOW + 60 * DAY)):
        gone += dropped.rows
    assert gone == 2
    assert not (await store.run(lambda tx: tx.exchanges.accept([message(NOW, 3, delivery_id="d1")])))[0].repeated


@pytest.mark.req("K2")
async def test_two_who_take_one_delivery_around_the_end_of_a_month_meet(store):
    turn = start_of(683)
    before, after = message(turn - 1, 1, delivery_id="d1"), message(turn + DAY // 1000, 2, delivery_id="d1")
    late = await store.run(lambda tx: tx.exchanges.accept([after]))
    early = await store.run(lambda tx: tx.exchanges.accept([before]))
    assert (late[0].id, early[0].id, early[0].repeated) == (after.id, after.id, True)


@pytest.mark.req("K2", "K13")
async def test_both_at_once_around_the_end_of_a_month_on_postgresql(postgres):
    turn = start_of(683)
    batches = [
        [message(turn - 1 + at * 60_000_000, at + 2 * n, delivery_id=f"d{n}") for n in range(40)] for at in (0, 1)
    ]
    taken = await asyncio.gather(*(postgres.run(lambda tx, some=some: tx.exchanges.accept(some)) for some in batches))
    for one, other in zip(*taken, strict=True):
        assert one.id == other.id
        assert (one.repeated, other.repeated) in {(True, False), (False, True)}


def same_partition(count):
    subjects = (f"do:odoo:{number}" for number in range(1, 100_000))
    return [each for each in subjects if partition_of(each) == 7][:count]


@pytest.mark.req("M19", "K2")
async def test_what_ended_is_gone_read_past_and_never_appended_to_again(store):
    gone, stays = same_partition(2)
    keys = [f"k{at}" for at in range(12)]
    for at, key in enumerate(keys):
        subject = stays if at % 4 == 3 else gone
        await store.run(lambda tx, key=key, subject=subject: tx.log.append([event(subject, key)], NOW))
    await store.run(lambda tx: tx.states.save([state(gone), state(stays)]))
    await store.run(lambda tx: tx.lanes.enqueue([order("c1", subject=gone), order("c2", subject=stays)]))
    assert await store.run(lambda tx: tx.ageing.end([gone], NOW)) == 9
    assert await store.read(lambda tx: tx.log.ended([gone, stays])) == {gone}
    assert [each.key for each in await store.read(lambda tx: tx.log.read({7: 0}, 2))] == ["k3", "k7"]
    assert [each.key for each in await store.read(lambda tx: tx.log.read({7: 8}, 2))] == ["k11"]
    assert await store.read(lambda tx: tx.log.read({7: 12}, 2)) == []
    again = await store.run(lambda tx: tx.log.append([event(gone, "k0"), event(gone, "new"), event(stays, "k12")], NOW))
    assert [(each.subject, each.position) for each in again] == [(stays, 13)]
    assert list(await store.read(lambda tx: tx.states.load([gone, stays]))) == [stays]
    assert [each.id for each in await store.read(lambda tx: tx.lanes.given_for([gone, stays]))] == ["c2"]


# ---- PostgreSQL: months


async def names(store, table):
    return await store.read(lambda tx: [each.name for each in parts.parts(tx._connection, table)])


@pytest.mark.req("K13", "M19")
async def test_months_are_made_ahead_and_an_old_one_goes_whole_but_for_what_waits(postgres):
    await postgres.run(lambda tx: tx.ageing.prepare(LONG_AGO, 2))
    assert await postgres.run(lambda tx: tx.ageing.prepare(LONG_AGO, 2)) == []
    assert await postgres.read(lambda tx: tx.ageing.missing(LONG_AGO)) == []
    assert len(await postgres.read(lambda tx: tx.ageing.missing(LONG_AGO - 90 * DAY))) == 6
    assert "exchange_2025_07" in await names(postgres, "exchange")
    done = await received(postgres, LONG_AGO, 1, delivery_id="d1")
    parked = await received(postgres, LONG_AGO, 2, "parked", body=b"look at me")
    young = await received(postgres, NOW, 3)
    command_id = await given(postgres, LONG_AGO)
    assert await postgres.run(lambda tx: tx.ageing.drop_month("exchange", LONG_AGO + 5 * DAY)) is None
    dropped = await postgres.run(lambda tx: tx.ageing.drop_month("exchange", NOW - 400 * DAY))
    assert (dropped.name, dropped.rows, dropped.kept) == ("exchange_2025_07", 2, 1)
    assert await there(postgres, [done, parked, young]) == [False, True, True]
    assert (await postgres.read(lambda tx: tx.views.exchange(parked))).body == b"look at me"
    assert (await postgres.run(lambda tx: tx.ageing.drop_month("attempt", NOW - 400 * DAY))).rows == 1
    assert (await postgres.read(lambda tx: tx.views.exchange(command_id))).attempts == []
    assert (await postgres.run(lambda tx: tx.ageing.drop_month("delivery", NOW - 400 * DAY))).rows == 1
    assert not (await postgres.run(lambda tx: tx.exchanges.accept([message(NOW, 4, delivery_id="d1")])))[0].repeated


@pytest.mark.req("M19")
async def test_a_month_that_others_hold_is_left_to_the_next_night(postgres, migrated_postgres_url):
    await postgres.run(lambda tx: tx.ageing.prepare(LONG_AGO, 1))
    await received(postgres, LONG_AGO)
    other = open_store(migrated_postgres_url)
    held, go = asyncio.Event(), asyncio.Event()

    async def hold():
        async with other._schema.begin() as connection:
            await connection.execute(text("SELECT count(*) FROM exchange"))
            held.set()
            await go.wait()

    holder = asyncio.create_task(hold())
    await held.wait()
    assert await postgres.run(lambda tx: tx.ageing.drop_month("exchange", NOW)) is None
    go.set()
    await holder
    await other.close()
    assert (await postgres.run(lambda tx: tx.ageing.drop_month("exchange", NOW))).rows == 1


@pytest.mark.req("K13")
async def test_a_filled_store_of_the_revision_before_keeps_every_row(kind, empty, opened):
    if kind == "sqlite-memory":
        pytest.skip("memory is always new")
    store = opened(empty)
    at = NOW - 10 * DAY

    def fill(connection):
        command.upgrade(schema._config(connection), "0004")
        row = {"id": f"{at:014x}000000000001", "now": at}
        for statement in (
            "INSERT INTO exchange (id, partner, status, received_at) VALUES (:id, 'p', 'translated', :now)",
            "INSERT INTO delivery (delivery_id, partner, channel, exchange_id) VALUES ('d1', 'easypost', 'hook', :id)",
            "INSERT INTO attempt (exchange_id, number, started_at, calls) VALUES (:id, 1, :now, '[]')",
            "INSERT INTO state (subject, state, name, haystack) VALUES ('do:odoo:1', '{}', 'Ann', 'ann example')",
            "INSERT INTO business_exception VALUES ('do:odoo:1', 'sku.unknown', '/x', 'c', 'no SKU', :now, 0)",
        ):
            connection.execute(text(statement), row)
        return ""

    await _on_connection(store, fill)
    assert await store.migrate() == schema.newest()
    again = message(NOW, 2, delivery_id="d1")
    receipts = await store.run(lambda tx: tx.exchanges.accept([again]))
    assert receipts[0].id == f"{at:014x}000000000001"
    assert (await store.read(lambda tx: tx.views.exchanges()))[0][0].id == receipts[0].id
    rows, _ = await store.read(lambda tx: tx.views.shipments(text="n exam"))
    assert [row.subject for row in rows] == ["do:odoo:1"]
    [case] = await store.read(lambda tx: tx.exceptions.of_subjects(["do:odoo:1"]))
    assert case == Case("do:odoo:1", "sku.unknown", "/x", "c", "no SKU", at)
    assert await store.read(lambda tx: tx.exceptions.with_ids([case.id])) == [case]
    assert await store.run(lambda tx: tx.ageing.exchanges(NOW, 10)) == 1
    assert await store.run(lambda tx: tx.ageing.attempts(NOW, 10)) == 1
    await store.close()


async def _on_connection(store, step):
    if store.name == "postgresql":
        await store._ask(step)
    else:
        with store._writing.connect() as connection, connection.begin():
            step(connection)


async def test_a_text_is_found_among_few_many_and_none(store):
    rows = [
        state(f"do:odoo:{n}", n + 1, customer=f"Customer {n}", city="Ghent" if n % 3 else "Liège") for n in range(60)
    ]
    await store.run(lambda tx: tx.states.save(rows))

    async def found(text, **more):
        page, after = await store.read(lambda tx: tx.views.shipments(text=text, limit=5, **more))
        return [row.subject for row in page], after

    assert (await found("customer 7"))[0] == ["do:odoo:7"]
    assert (await found("LIÈGE"))[0] == [f"do:odoo:{n}" for n in (57, 54, 51, 48, 45)]
    assert (await found("nobody"))[0] == []
    assert (await found("er"))[0] == [f"do:odoo:{n}" for n in (59, 58, 57, 56, 55)]
    _, after = await found("liège")
    assert (await found("liège", after=after))[0] == [f"do:odoo:{n}" for n in (42, 39, 36, 33, 30)]
    await store.run(lambda tx: tx.states.save([state("do:odoo:7", 99, customer="Renamed")]))
    assert (await found("renamed"))[0] == ["do:odoo:7"]
    assert (await found("customer 7"))[0] == []
    await store.run(lambda tx: tx.states.drop(["do:odoo:7"]))
    assert (await found("renamed"))[0] == []


def test_the_first_id_of_an_instant_divides_what_is_before_from_what_is_after():
    assert f"{NOW - 1:014x}ffffffffffff" < first_id(NOW) <= f"{NOW:014x}000000000000"
