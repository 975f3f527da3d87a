import pytest

from crossdock.model.cases import Case
from crossdock.model.identifiers import Reference
from crossdock.ports.stores_delivery import Term
from storage.made import command, event, exchange, outcome, state, tracking, translated, waiting


async def pages(store, ask):
    rows, after = await store.read(lambda tx: ask(tx, ""))
    collected = list(rows)
    while after:
        rows, after = await store.read(lambda tx, after=after: ask(tx, after))
        assert rows
        collected += rows
    return collected


async def test_shipments_page_by_last_change_without_loss_or_repetition(store):
    rows = [state(f"do:odoo:{n}", n // 3, name=f"OUT/{n}", phase="booked" if n % 2 else "new") for n in range(20)]
    await store.run(lambda tx: tx.states.save(rows))
    found = await pages(store, lambda tx, after: tx.views.shipments(after=after, limit=4))
    assert len({row.subject for row in found}) == len(found) == 20
    assert [row.updated_at for row in found] == sorted((row.updated_at for row in rows), reverse=True)
    booked = await pages(store, lambda tx, after: tx.views.shipments(phase="booked", after=after, limit=3))
    assert {row.phase for row in booked} == {"booked"}
    assert len(booked) == 10


async def test_shipments_are_found_by_what_people_see(store):
    rows = [
        state("do:odoo:1", 1, name="WH/OUT/1", customer="Ünal 100%", city="Gent", milestone="delivered"),
        state("do:odoo:2", 2, name="WH/OUT/2", tracking_numbers="1Z_9"),
    ]
    await store.run(lambda tx: tx.states.save(rows))
    opened = [Case("do:odoo:1", "k", "", "", "t", 1), Case("do:odoo:1", "k", "/x", "", "t", 1, 2)]
    await store.run(lambda tx: tx.exceptions.save(opened))

    async def subjects(**given):
        rows, _ = await store.read(lambda tx: tx.views.shipments(**given))
        return [row.subject for row in rows]

    assert await subjects(text="ünal 100%") == ["do:odoo:1"]
    assert await subjects(text="1z_9") == ["do:odoo:2"]
    assert await subjects(text="1z%9") == []  # no wildcard of SQL reaches the query
    assert await subjects(milestone="delivered") == ["do:odoo:1"]
    await store.run(lambda tx: tx.states.save([state("desk:ups:ad-1", 3), state("feed:ups", 3)]))
    assert await subjects() == ["do:odoo:2", "do:odoo:1"], "what is asked of a carrier is no shipment"
    assert (await store.read(lambda tx: tx.views.shipment("do:odoo:1"))).exceptions == 1
    assert await store.read(lambda tx: tx.views.shipment("none")) is None


async def test_search_gives_exact_names_first_then_those_that_begin_so(store):
    names = [tracking("1Z12"), tracking("1Z1"), tracking("1Z"), tracking("2Z"), Reference("sales_order", "1Z1é")]
    await store.run(lambda tx: tx.references.bind((name, f"s-{name.value}") for name in names))
    found = await store.read(lambda tx: tx.views.search("1Z1"))
    assert [(row.value, row.subject) for row in found] == [("1Z1", "s-1Z1"), ("1Z12", "s-1Z12"), ("1Z1é", "s-1Z1é")]
    assert len(await store.read(lambda tx: tx.views.search("1Z", limit=2))) == 2
    assert await store.read(lambda tx: tx.views.search("")) == []
    assert await store.read(lambda tx: tx.views.search("%")) == []


async def ledger(store):
    inbound = [
        exchange("x1", received_at=10),
        exchange("x2", received_at=30, partner="odoo"),
        exchange("x3", received_at=50),
    ]
    await store.run(lambda tx: tx.exchanges.accept(inbound))
    await store.run(lambda tx: tx.log.append([event("do:odoo:1", exchange_id="x1")], 11))
    settled = [
        translated("x1", "do:odoo:9"),
        translated("x2", "do:odoo:1"),
        translated("x3", status="parked", operator="look"),
    ]
    await store.run(lambda tx: tx.exchanges.settle(settled, 60))
    await store.run(
        lambda tx: tx.lanes.enqueue([command("c1", created_at=20), command("c2", created_at=40, subject="b")])
    )


@pytest.mark.req("L2")
async def test_both_directions_are_one_ledger_newest_first(store):
    await ledger(store)
    found = await pages(store, lambda tx, after: tx.views.exchanges(after=after, limit=2))
    assert [(row.id, row.direction) for row in found] == [
        ("x3", "inbound"),
        ("c2", "outbound"),
        ("x2", "inbound"),
        ("c1", "outbound"),
        ("x1", "inbound"),
    ]

    async def ids(**given):
        rows, _ = await store.read(lambda tx: tx.views.exchanges(**given))
        return [row.id for row in rows]

    assert await ids(since=20, until=40) == ["x2", "c1"]
    assert await ids(partner="odoo") == ["c2", "x2", "c1"]
    assert await ids(direction="inbound", partner="odoo") == ["x2"]
    assert await ids(statuses=["parked", "refused"]) == ["x3"]
    assert await ids(statuses=["translated", "queued"]) == ["c2", "x2", "c1", "x1"]
    with pytest.raises(ValueError, match="direction"):
        await ids(direction="in")


@pytest.mark.req("L1")
async def test_by_subject_come_all_messages_that_spoke_of_it(store):
    """x1 brought an event of the subject although it was settled under another; x2 said again what was known."""
    await ledger(store)
    rows, _ = await store.read(lambda tx: tx.views.exchanges(subject="do:odoo:1"))
    assert [row.id for row in rows] == ["x2", "c1", "x1"]
    rows, _ = await store.read(lambda tx: tx.views.exchanges(subject="do:odoo:2"))
    assert rows == []


async def test_exceptions_and_events_page_without_loss(store):
    await store.run(lambda tx: tx.exceptions.save([Case(f"s{n}", "k", "", "", "t", n // 4) for n in range(11)]))
    found = await pages(store, lambda tx, after: tx.views.exceptions(after=after, limit=3))
    assert len({row.subject for row in found}) == len(found) == 11
    for at in range(4):
        await store.run(lambda tx, at=at: tx.log.append([event(f"do:odoo:{n}") for n in range(5)], at))
    events = await pages(store, lambda tx, after: tx.views.events(after=after, limit=3))
    order = [(each.recorded_at, each.partition, each.position) for each in events]
    assert order == sorted(set(order))
    assert len(events) == 20
    assert (await store.read(lambda tx: tx.views.events(type_prefix="tracking.")))[0]
    assert (await store.read(lambda tx: tx.views.events(type_prefix="tracking_")))[0] == []


@pytest.mark.req("L16")
async def test_counts_say_how_much_waits_and_since_when(store):
    await ledger(store)
    await store.run(lambda tx: tx.exchanges.accept([exchange("x7", received_at=70)]))
    await store.run(lambda tx: tx.references.hold([waiting("A")]))
    await store.run(lambda tx: tx.states.save([state("do:odoo:1")]))
    [first, second] = await store.run(lambda tx: tx.lanes.claim(Term("w", 100, 100, 200), 9, ["odoo"]))
    await store.run(lambda tx: tx.lanes.settle([(first, outcome(first, "in_doubt", due_at=300))]))
    counts = await store.read(lambda tx: tx.views.counts())
    assert (counts.received, counts.oldest_received_at, counts.waiting) == (1, 70, 1)
    assert (counts.queued, counts.in_doubt, counts.parked) == (1, 1, 1)
    assert counts.oldest_queued_at == min(first.created_at, second.created_at)
    assert (counts.shipments, counts.events, counts.open_exceptions) == (1, 1, 0)


@pytest.mark.req("K14")
async def test_counting_ends_somewhere_so_that_pages_of_an_old_store_are_as_fast(store, monkeypatch):
    monkeypatch.setattr("crossdock.storage.views_records.MOST_SHIPMENTS", 3)
    await store.run(lambda tx: tx.states.save([state(f"do:odoo:{number}") for number in range(5)]))
    counts = await store.read(lambda tx: tx.views.counts())
    assert counts.shipments == 3


async def test_a_foreign_cursor_is_refused(store):
    with pytest.raises(ValueError, match="end of a page"):
        await store.read(lambda tx: tx.views.shipments(after="'; DROP TABLE state"))


async def test_what_waits_for_a_person_is_counted_by_partner_in_and_out(store):
    await store.run(lambda tx: tx.exchanges.accept([exchange("a"), exchange("b"), exchange("c")]))
    settled = [translated("a", status="parked"), translated("b", status="refused"), translated("c", status="waiting")]
    await store.run(lambda tx: tx.exchanges.settle(settled, 5))
    await store.run(lambda tx: tx.lanes.enqueue([command("d", partner="ups"), command("e", subject="other")]))
    claimed = await store.run(lambda tx: tx.lanes.claim(Term("w", 10**9, 10**9, 2 * 10**9), 9, ["ups", "easypost"]))
    parked = [each for each in claimed if each.partner == "ups"]
    await store.run(lambda tx: tx.lanes.settle([(each, outcome(each, "parked")) for each in parked]))
    assert await store.read(lambda tx: tx.views.stopped()) == {"easypost": 2, "ups": 1}


async def test_words_are_found_as_they_are_now_however_they_are_written(store):
    """By groups of letters, on both databases: after a change, after a deletion, with what their languages quote."""
    few = [state(f"do:odoo:{n}", n, name=f"OUT/{n:04d}", customer='Ann "Ünal" *OR* %_') for n in range(3)]
    await store.run(lambda tx: tx.states.save(few))

    async def found(text):
        rows, _ = await store.read(lambda tx: tx.views.shipments(text=text))
        return {row.subject for row in rows}

    everybody = {"do:odoo:0", "do:odoo:1", "do:odoo:2"}
    for text in ('"Ün', "ÜNAL", "*OR*", "%_", ' "ünal" ', 'n "ünal" *or* %'):
        assert await found(text.strip()) == everybody, text
    assert await found('"" OR "') == set()
    await store.run(lambda tx: tx.states.save([state("do:odoo:1", 9, name="OUT/0001", customer="Bea")]))
    assert await found("ünal") == {"do:odoo:0", "do:odoo:2"}
    assert await found("bea") == {"do:odoo:1"}
    await store.run(lambda tx: tx.states.drop(["do:odoo:2"]))
    assert await found("ünal") == {"do:odoo:0"}
