"""Rebuild: what is kept is what the log makes of it; workers are kept out, decisions of other versions kept."""

import pytest
from msgspec import structs

from backbone.test_replay import NOTES, lived, notes
from crossdock.backbone.decide import READER, Reducer
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.rebuild import Busy, Rebuilder
from crossdock.model import events as ev
from crossdock.model.fulfilment import summary_of
from crossdock.model.instants import stamp
from crossdock.ports.process import Decision, Process, Timer
from crossdock.ports.stores import Fenced, NewEvent
from hubs import Scripted, SeededIds, scripted_hub


def rebuilder(hub, *processes: Process, everything: bool = False) -> Rebuilder:
    reducer = Reducer(hub.store, processes or [NOTES], hub.clock, SeededIds(), Metrics(), summary_of, batch=7)
    return Rebuilder(hub.store, reducer, hub.clock, "test", processes=everything)


async def spoil(hub) -> str:
    """Write another state over the first subject's."""

    def step(tx):
        subject = tx.states.subjects("", 1)[0]
        row = tx.states.load([subject])[subject]
        tx.states.save([structs.replace(row, state=b"{}")])
        return subject

    return await hub.store.run(step)


@pytest.mark.req("K17")
@pytest.mark.parametrize("seed", range(6))
async def test_a_check_finds_what_was_spoilt_and_a_rebuild_gives_the_same_hash(seed):
    hub, _, _ = await lived(seed, 12)
    sound = await rebuilder(hub).check()
    assert (sound.equal, sound.kept, sound.otherwise) == (True, sound.log, ())
    assert sound.subjects > 0
    subject = await spoil(hub)
    spoilt = await rebuilder(hub).check()
    assert [(each.subject, each.parts) for each in spoilt.differences] == [(subject, ("state",))]
    assert spoilt.kept != spoilt.log == sound.log
    healed = await rebuilder(hub).rebuild()
    assert (healed.equal, healed.kept, healed.healed) == (True, sound.kept, 1)
    assert await hub.engine.deliver() == 0


@pytest.mark.req("K17", "K13")
async def test_workers_are_refused_and_kept_out():
    hub, _, _ = await lived(1, 6)
    await hub.store.run(lambda tx: tx.leases.claim("w2", hub.clock.now(), hub.clock.now() + 10_000_000, 3))
    with pytest.raises(Busy, match="w2"):
        await rebuilder(hub).rebuild()
    hub.clock.advance(11)
    seen = []

    def look(_done, _all):
        seen.append(hub.store)

    assert (await rebuilder(hub).rebuild(look)).equal
    assert len(seen) == 64
    assert await hub.store.run(lambda tx: len(tx.leases.claim("w2", hub.clock.now(), hub.clock.now() + 1, 64))) == 64


@pytest.mark.req("K17")
async def test_what_is_decided_meanwhile_stops_it_and_the_next_run_goes_on_there():
    hub, _, _ = await lived(2, 12)
    subjects = await hub.store.read(lambda tx: tx.states.subjects("", 100))
    await hub.store.run(lambda tx: tx.states.clear())
    mine = rebuilder(hub)

    class Rude(Exception):
        """The process dies."""

    def die(done, _all):
        if done == 40:
            raise Rude

    with pytest.raises(Rude):
        await mine.rebuild(die)
    there = await hub.store.read(lambda tx: tx.states.subjects("", 100))
    assert set(there) < set(subjects)
    report = await rebuilder(hub).rebuild()
    assert report.equal
    assert report.resumed > 0
    assert report.healed == len(subjects) - len(there)
    assert await hub.store.read(lambda tx: tx.states.subjects("", 100)) == subjects
    assert (await rebuilder(hub).rebuild()).resumed == 0


@pytest.mark.req("K17", "K13")
async def test_a_worker_that_wakes_up_in_the_middle_stops_the_write():
    hub, _, _ = await lived(2, 12)
    subject = await spoil(hub)
    mine = rebuilder(hub)
    write = mine._write

    def late(partition, cursor, wanted, tx):
        tx.log.advance(READER, {partition: (cursor, cursor + 1)})
        write(partition, cursor, wanted, tx)

    mine._write = late
    with pytest.raises(Fenced):
        await mine.rebuild()
    assert [each.subject for each in (await rebuilder(hub).check()).differences] == [subject]


@pytest.mark.req("K17")
async def test_decisions_of_another_version_are_kept_unless_asked_for_otherwise():
    hub, _, _ = await lived(4, 10)
    subject = await spoil(hub)
    commands = await hub.store.read(lambda tx: tx.lanes.given_for([subject]))

    def other(situation) -> Decision:
        return structs.replace(notes(situation), state=b"99", phase="new", orders=())

    newer = structs.replace(NOTES, decide=other)
    kept = await rebuilder(hub, newer).rebuild()
    assert subject in kept.otherwise
    row = (await hub.store.read(lambda tx: tx.states.load([subject])))[subject]
    assert (row.state != b"{}", row.processes["notes"] != b"99", row.summary["phase"] != "new") == (True, True, True)
    taken = await rebuilder(hub, newer, everything=True).rebuild()
    assert taken.equal
    row = (await hub.store.read(lambda tx: tx.states.load([subject])))[subject]
    assert (row.processes["notes"], row.summary["phase"]) == (b"99", "new")
    assert await hub.store.read(lambda tx: tx.lanes.given_for([subject])) == commands


@pytest.mark.req("K17", "H7")
async def test_deadlines_are_those_that_did_not_pass_and_the_last_word_about_one_holds():
    def waits(situation) -> Decision:
        """Every scan ends one wait and begins another under the same name."""
        return Decision(b"{}", timers=(Timer("late", situation.now + 5_000_000),), cleared=("late",))

    process = Process("waits", 1, frozenset({"tracking.reported.v1"}), waits)
    carrier = Scripted()
    hub = scripted_hub(carrier, processes=[process])
    scans = [carrier.scan("T1", "in_transit", f"2026-11-21T0{hour}:00:00Z") for hour in range(3)]

    async def tell(*some):
        now = hub.clock.now()
        new = [NewEvent(each.key("do:odoo:7"), "do:odoo:7", each, now, "carrier", "x", "t" * 32) for each in some]
        await hub.store.run(lambda tx: tx.log.append(new, now))
        await hub.engine.settle_all()

    def standing(tx):
        return [timer.due_at for timer in tx.timers.standing(["do:odoo:7"])]

    await tell(*scans[:2])
    assert await hub.store.read(standing) == [hub.clock.now() + 5_000_000], "what was cleared is set again"
    assert (await rebuilder(hub, process).check()).equal
    hub.clock.advance(6)
    await hub.engine.settle_all()
    assert await hub.store.read(standing) == []
    assert (await rebuilder(hub, process).check()).equal
    await tell(scans[2])
    assert (await rebuilder(hub, process).check()).equal
    await hub.store.run(lambda tx: tx.timers.clear([("do:odoo:7", "late")]))
    assert [each.parts for each in (await rebuilder(hub, process).check()).differences] == [("deadlines",)]
    assert (await rebuilder(hub, process).rebuild()).equal
    assert await hub.store.read(standing) == [hub.clock.now() + 5_000_000]
    events = await hub.store.read(lambda tx: tx.log.of_subject("do:odoo:7"))
    assert [type(each.body) for each in events].count(ev.DeadlinePassed) == 1
    assert stamp("2026-11-21T00:00:00Z") == events[0].occurred
