import time

import pytest
from msgspec import structs

from crossdock.model.cases import Case
from crossdock.model.identifiers import partition_of
from crossdock.ports.leases import ALL_ROLES, Member, Role
from crossdock.ports.stores_delivery import Blob, BreakerMove, DueTimer, Health
from crossdock.ports.stores_doors import ApiClient, Audited, KeptAnswer
from crossdock.storage import audit
from storage.made import command, event, exchange, state, tracking, translated, waiting

SUMMARY = {
    "name": "WH/OUT/1",
    "sales_order": "S00007",
    "customer": "Ünal & Söhne",
    "city": "Gent",
    "country": "BE",
    "carrier": "UPS",
    "phase": "booked",
    "milestone": "in_transit",
    "packages": 2,
    "tracking_numbers": "1Z1, 1Z2",
}


async def test_a_state_comes_back_as_it_was_saved_last(store):
    rows = [state("do:odoo:1", 1, name="old"), state("do:odoo:1", 2, **SUMMARY), state("do:odoo:2", 1)]
    await store.run(lambda tx: tx.states.save(rows))
    found = await store.read(lambda tx: tx.states.load(["do:odoo:1", "do:odoo:2", "none"]))
    assert found["do:odoo:1"] == rows[1]
    assert set(found) == {"do:odoo:1", "do:odoo:2"}
    await store.run(lambda tx: tx.states.clear())
    assert await store.read(lambda tx: tx.states.load(["do:odoo:1"])) == {}


async def test_a_timer_fires_once_at_the_time_it_was_moved_to(store):
    await store.run(lambda tx: tx.timers.set([DueTimer("s", "a", 10), DueTimer("s", "a", 20), DueTimer("s", "b", 5)]))
    await store.run(lambda tx: tx.timers.set([DueTimer("s", "b", 15), DueTimer("t", "a", 12), DueTimer("t", "c", 1)]))
    await store.run(lambda tx: tx.timers.clear([("t", "c"), ("t", "none")]))
    assert await store.read(lambda tx: tx.timers.soonest()) == 12
    assert await store.run(lambda tx: tx.timers.due(11, 10)) == []
    assert await store.run(lambda tx: tx.timers.due(20, 2)) == [DueTimer("t", "a", 12), DueTimer("s", "b", 15)]
    assert await store.run(lambda tx: tx.timers.due(20, 2)) == [DueTimer("s", "a", 20)]
    assert await store.run(lambda tx: tx.timers.due(99, 9)) == []
    assert await store.read(lambda tx: tx.timers.soonest()) is None


@pytest.mark.req("K6")
async def test_a_partners_health_is_shared_and_readable_without_a_lock(store):
    assert await store.read(lambda tx: tx.partners.health("ups")) == Health()
    assert await store.run(lambda tx: tx.partners.health("ups")) == Health()
    sick = Health(failures=3, opened_at=7, tokens=1.5, paused=True, attention="renew the key")
    await store.run(lambda tx: tx.partners.save_health("ups", sick))
    assert await store.read(lambda tx: tx.partners.health("ups")) == sick
    moves = [BreakerMove("ups", 1, "open", "20 failures"), BreakerMove("dhl", 2, "open", "\x00")]
    await store.run(lambda tx: [tx.partners.note_breaker(move) for move in moves])
    assert await store.read(lambda tx: tx.partners.breaker_moves("ups")) == moves[:1]
    assert [move.partner for move in await store.read(lambda tx: tx.partners.breaker_moves())] == ["dhl", "ups"]


@pytest.mark.req("K6", "K12")
async def test_the_health_of_several_is_that_of_each(store):
    sick, well = Health(failures=3), Health(tokens=2.5)
    await store.run(lambda tx: (tx.partners.save_health("ups", sick), tx.partners.save_health("dhl", well)))
    wanted = [("dhl", well), ("gls", Health()), ("ups", sick)]
    for ask in (store.read, store.run, store.read):
        found = await ask(lambda tx: tx.partners.healths(["ups", "gls", "dhl", "ups"]))
        assert list(found.items()) == wanted
        assert await ask(lambda tx: tx.partners.healths([])) == {}


async def test_the_time_of_a_server_goes_on_within_a_transaction_and_a_file_has_none(store):
    def twice(tx):
        return tx.server_time(), time.sleep(0.01), tx.server_time()

    for ask in (store.read, store.run):
        first, _, second = await ask(twice)
        if store.name == "sqlite":
            assert (first, second) == (None, None)
        else:
            assert second - first >= 10_000
            assert abs(second - time.time_ns() // 1000) < 60_000_000


async def test_a_feeds_cursor_moves_only_from_where_it_was_read(store):
    assert await store.read(lambda tx: tx.partners.cursor("odoo", "orders")) == ("", 0)
    assert not await store.run(lambda tx: tx.partners.move_cursor("odoo", "orders", "5", "6", 1))
    assert await store.run(lambda tx: tx.partners.move_cursor("odoo", "orders", "", "5", 1))
    assert not await store.run(lambda tx: tx.partners.move_cursor("odoo", "orders", "", "7", 2))
    assert await store.run(lambda tx: tx.partners.move_cursor("odoo", "orders", "5", "6", 3))
    assert await store.read(lambda tx: tx.partners.cursor("odoo", "orders")) == ("6", 3)


@pytest.mark.req("M19")
@pytest.mark.parametrize("size", [10, 70_000])
async def test_documents_are_kept_once_and_forgotten_by_kind_and_age(store, size, tmp_path):
    label = Blob("ab" * 32, "application/pdf", "label", size, 5, bytes(size))
    await store.run(lambda tx: (tx.blobs.put(label), tx.blobs.put(label)))
    found = await store.read(lambda tx: tx.blobs.get(label.sha256))
    assert (found.data, found.size, found.media_type, bool(found.location)) == (
        label.data,
        size,
        label.media_type,
        size > 65536,
    )
    assert await store.read(lambda tx: tx.blobs.get("none")) is None
    assert await store.read(lambda tx: tx.blobs.expired("proof", 9, 10)) == []
    assert await store.read(lambda tx: tx.blobs.expired("label", 5, 10)) == []
    [old] = await store.read(lambda tx: tx.blobs.expired("label", 6, 10))
    await store.run(lambda tx: tx.blobs.forget([old.sha256]))
    gone = await store.read(lambda tx: tx.blobs.get(label.sha256))
    assert (gone.data, gone.size) == (b"", size)
    assert await store.read(lambda tx: tx.blobs.expired("label", 6, 10)) == []
    assert [path for path in (tmp_path / "bodies").rglob("*") if path.is_file()] == []
    await store.run(lambda tx: tx.blobs.put(label))
    assert (await store.read(lambda tx: tx.blobs.get(label.sha256))).data == label.data


@pytest.mark.req("K13")
async def test_partitions_are_shared_with_a_newcomer_and_taken_over_from_the_lost(store):
    def claim(owner, now, want):
        return store.run(lambda tx: tx.leases.claim(owner, now, now + 30, want))

    assert len(await claim("a", 0, 64)) == 64
    assert await claim("b", 1, 32) == []
    assert await store.read(lambda tx: tx.leases.owners(2)) == {"a": 64, "b": 0}  # so "a" learns that it is not alone
    assert len(await claim("a", 3, 32)) == 32
    b = await claim("b", 4, 32)
    assert len(b) == 32
    assert {lease.fence for lease in b} == {2}
    assert [lease.fence for lease in await claim("b", 5, 32)] == [2] * 32  # renewing is no change of owner
    assert await store.read(lambda tx: tx.leases.owners(34)) == {"b": 32}
    assert len(await claim("b", 34, 64)) == 64  # "a" did not renew
    assert await claim("a", 35, 64) == []
    await store.run(lambda tx: tx.leases.release("b"))
    assert await store.read(lambda tx: tx.leases.owners(36)) == {"a": 0}
    assert {lease.fence for lease in await claim("a", 36, 64)} == {3}


@pytest.mark.req("K13", "N5")
async def test_processes_are_listed_with_what_they_do_and_hold(store):
    def step(tx):
        tx.leases.claim("a", 5, 35, 40)
        tx.leases.claim("a", 5, 35, 64, Role.SCHEDULER)
        tx.leases.present("a", ALL_ROLES, 5, 35)
        tx.leases.present("b", [Role.INTAKE], 7, 20)
        tx.leases.present("b", [Role.INTAKE], 9, 22)

    await store.run(step)
    assert await store.read(lambda tx: tx.leases.members(10)) == [
        Member("a", 5, 35, ("intake", "scheduler", "tower", "worker"), {"worker": 40, "scheduler": 64}),
        Member("b", 7, 22, ("intake",), {}),
    ]
    assert await store.read(lambda tx: tx.leases.owners(10, Role.SCHEDULER)) == {"a": 64}
    await store.run(lambda tx: tx.leases.release("a"))
    assert [each.owner for each in await store.read(lambda tx: tx.leases.members(30))] == ["b"], "silent, not forgotten"
    await store.run(lambda tx: tx.leases.present("c", [Role.TOWER], 2 * 3_600_000_000, 2 * 3_600_000_030))
    assert [each.owner for each in await store.read(lambda tx: tx.leases.members(30))] == ["c"]


@pytest.mark.req("K7", "N5")
async def test_what_waits_is_told_by_stage_with_the_age_of_the_oldest(store):
    def step(tx):
        tx.exchanges.accept([exchange(received_at=100), exchange(received_at=90)])
        tx.log.append([event("do:odoo:1", "k1"), event("do:odoo:1", "k2"), event("do:odoo:2", "k3")], 60)
        tx.log.advance("reducer", {partition_of("do:odoo:1"): (0, 1)})
        tx.lanes.enqueue(
            [command(subject="s1", created_at=30, due_at=40), command(subject="s2", created_at=20, due_at=999)]
        )

    await store.run(step)
    queues = await store.read(lambda tx: tx.views.queues(500))
    assert queues.oldest.pop("unshipped", 0) == 0  # is there only where the log has a stream, and nothing waits for it
    assert queues.oldest == {"received": 90, "undecided": 60, "queued": 20, "due": 40}
    assert queues.depth.pop("unshipped", 0) == 0
    wanted = {"received": 2, "undecided": 2, "queued": 2, "due": 1, "in_doubt": 0, "waiting": 0, "parked": 0}
    assert queues.depth == {**wanted, "open_exceptions": 0, "technical_exceptions": 0}
    nothing = await store.read(lambda tx: tx.views.queues(1))
    assert nothing.oldest["due"] == 0


async def test_doors_keep_clients_answers_and_an_audit(store):
    client = ApiClient("c1", "ERP", "hash", ("read", "write"), 5)
    await store.run(lambda tx: tx.doors.save_client(client))
    revoked = ApiClient("c1", "ERP", "hash", ("read",), 5, revoked_at=9)
    await store.run(lambda tx: tx.doors.save_client(revoked))
    assert await store.read(lambda tx: (tx.doors.client("c1"), tx.doors.client("\x00"), tx.doors.clients())) == (
        revoked,
        None,
        [revoked],
    )
    answer = KeptAnswer("hash", 202, b'{"a":1}\x00')
    assert await store.run(lambda tx: tx.doors.keep_answer("c1", "k", answer, 1))
    assert not await store.run(lambda tx: tx.doors.keep_answer("c1", "k", KeptAnswer("other", 500, b""), 2))
    assert await store.run(lambda tx: tx.doors.keep_answer("c2", "k", answer, 1))
    assert await store.read(lambda tx: tx.doors.answer("c1", "k")) == answer
    assert await store.read(lambda tx: tx.doors.answer("c1", "none")) is None
    await store.run(lambda tx: tx.doors.audit(1, "ann", "retry", "c1", "\x00"))


def _said(tx):
    for number in range(12):
        who = ("tower:mara", "cli:root", "0a1b2c3d4e5f")[number % 3]
        action = ("desk.void", "desk.book", "deskless", "exchange.retry")[number % 4]
        # three share one instant: only the number tells them apart
        tx.doors.audit(100 + number // 3, who, action, f"do:odoo:{number % 2}", f"Reason_{number} 50%")


@pytest.mark.req("M8")
async def test_the_audit_is_read_newest_first_page_by_page_as_narrowed(store):
    await store.run(_said)

    async def found(**words):
        rows, following = await store.read(lambda tx: tx.doors.audited(Audited(**words), limit=50))
        assert following == ""
        return [int(row.detail.split()[0].removeprefix("Reason_")) for row in rows]

    assert await found() == list(range(11, -1, -1))
    assert await found(actor="cli:root") == [10, 7, 4, 1]
    assert await found(action="desk.void") == [8, 4, 0]
    assert await found(action="desk") == [9, 8, 5, 4, 1, 0]
    assert await found(target="do:odoo:1", actor="tower:mara") == [9, 3]
    assert await found(since=102, until=103) == [8, 7, 6]
    assert await found(text="reason_1") == [11, 10, 1]  # _ is no wildcard, capitals are alike
    assert await found(text="0 50%", action="desk") == [0]
    assert await found(text="MARA") == [9, 6, 3, 0]
    assert await found(text="\x00") == []

    pages, after = [], ""
    while True:
        rows, after = await store.read(lambda tx, at=after: tx.doors.audited(Audited(), after=at, limit=5))
        pages.append([row.seq for row in rows])
        if not after:
            break
    seen = [seq for each in pages for seq in each]
    assert [len(each) for each in pages] == [5, 5, 2]
    assert seen == sorted(seen, reverse=True)
    row = await store.read(lambda tx: tx.doors.audit_entry(seen[0]))
    assert (row.at, row.actor, row.target) == (103, "0a1b2c3d4e5f", "do:odoo:1")
    assert await store.read(lambda tx: tx.doors.audit_entry(10**9)) is None
    with pytest.raises(ValueError, match="page"):
        await store.read(lambda tx: tx.doors.audited(Audited(), after="junk"))


@pytest.mark.req("M8")
async def test_a_rare_word_in_a_long_audit_is_looked_for_stretch_by_stretch(store, monkeypatch):
    monkeypatch.setattr(audit, "_MOST_LOOKED_AT", 5)
    await store.run(_said)
    found, after, looks = [], "", 0
    while True:
        rows, after = await store.read(
            lambda tx, at=after: tx.doors.audited(Audited(text="Reason_0"), after=at, limit=5)
        )
        found += rows
        looks += 1
        if not after:
            break
    assert ([row.at for row in found], looks) == ([100], 3)


@pytest.mark.req("L17")
async def test_an_exception_is_open_until_it_is_saved_as_resolved(store):
    def raised(at, cause="", resolved_at=0):
        return Case("do:odoo:1", "address.incomplete", "/city", cause, "no city", at, resolved_at)

    async def shown(*, open_only=True):
        rows, _ = await store.read(lambda tx: tx.views.exceptions(open_only=open_only))
        return [(row.raised_at, row.resolved_at) for row in rows]

    await store.run(lambda tx: tx.exceptions.save([raised(1), raised(2), raised(3, "other")]))
    assert await shown() == [(3, 0), (2, 0)]
    await store.run(lambda tx: tx.exceptions.save([raised(2, resolved_at=5)]))
    assert await shown() == [(3, 0)]
    assert await shown(open_only=False) == [(3, 0), (2, 5)]


@pytest.mark.req("K17")
async def test_what_a_rebuild_reads_and_drops(store):
    rows = [state("do:odoo:1", 1), state("do:odoo:2", 1), state("do:odoo:3", 1)]
    raised = [Case("do:odoo:1", "k", "/p", "c", "text", 5, 9), Case("do:odoo:2", "k", "/p", "", "text", 5)]

    def write(tx):
        tx.states.save(rows)
        tx.exceptions.save(raised)
        tx.timers.set([DueTimer("do:odoo:1", "b", 2), DueTimer("do:odoo:1", "a", 1), DueTimer("do:odoo:9", "a", 1)])
        tx.log.append([event("do:odoo:1", "known")], 1)
        tx.lanes.enqueue([command("c1", subject="do:odoo:1", key="k1"), command("c2", subject="do:odoo:2", key="k2")])

    await store.run(write)
    assert await store.read(lambda tx: tx.states.subjects("do:odoo:1", 9)) == ["do:odoo:2", "do:odoo:3"]
    booked = await store.read(lambda tx: tx.exceptions.of_subjects(["do:odoo:1", "none"]))
    assert booked == [raised[0]]
    standing = await store.read(lambda tx: tx.timers.standing(["do:odoo:1"]))
    assert standing == [DueTimer("do:odoo:1", "a", 1), DueTimer("do:odoo:1", "b", 2)]
    assert await store.read(lambda tx: tx.log.spoken_of(["do:odoo:1", "do:odoo:2"])) == {"do:odoo:1"}
    assert await store.read(lambda tx: tx.log.known([("do:odoo:1", "known"), ("do:odoo:1", "other")])) == {
        ("do:odoo:1", "known")
    }
    by_key = await store.read(lambda tx: tx.lanes.given(["k2", "k3"]))
    assert [(each.id, each.key, each.subject, each.status, each.doubt) for each in by_key] == [
        ("c2", "k2", "do:odoo:2", "queued", False)
    ]
    assert [each.id for each in await store.read(lambda tx: tx.lanes.given_for(["do:odoo:1", "do:odoo:2"]))] == [
        "c1",
        "c2",
    ]
    assert await store.run(lambda tx: tx.states.drop(["do:odoo:3", "none"])) == 1
    await store.run(lambda tx: tx.exceptions.drop(["do:odoo:1"]))
    assert await store.read(lambda tx: tx.exceptions.of_subjects(["do:odoo:1"])) == []


@pytest.mark.req("K5")
async def test_waiting_facts_are_read_without_being_taken_and_a_quiet_one_stays_quiet(store):
    loud, quiet = waiting("1Z1"), waiting("1Z2")
    quiet = structs.replace(quiet, quiet=True)
    await store.run(lambda tx: tx.references.hold([loud, quiet]))
    names = [tracking("1Z1"), tracking("1Z2"), tracking("1Z3")]
    assert await store.read(lambda tx: tx.references.held(names)) == [loud, quiet]
    assert await store.run(lambda tx: tx.references.release(names)) == [loud, quiet]
    assert await store.read(lambda tx: tx.references.held(names)) == []


@pytest.mark.req("K5")
async def test_messages_that_are_kept_whole_come_oldest_first(store):
    given = [exchange("b", received_at=2), exchange("a", received_at=3), exchange("open", received_at=1)]
    await store.run(lambda tx: tx.exchanges.accept(given))
    await store.run(lambda tx: tx.exchanges.settle([translated("a"), translated("b")], 5))
    kept = await store.read(lambda tx: tx.exchanges.kept(["a", "b", "open", "none"]))
    assert [(each.id, each.body) for each in kept] == [("b", b"{}"), ("a", b"{}")]
    await store.run(lambda tx: tx.exchanges.purge(9, 9))
    assert await store.read(lambda tx: tx.exchanges.kept(["a", "b"])) == []
