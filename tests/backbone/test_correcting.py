"""Putting right what could not be read: checked by the mapping that reads it later, made once, never lost."""

import json
import shutil

import pytest
import structlog
from msgspec import structs
from sqlalchemy import text

from backbone.test_replay import NOTES, Reader, number
from crossdock.backbone.correcting import Corrector, NotCorrectable, correction_id
from crossdock.backbone.replay import Selection
from crossdock.devkit.crashing import Crash, FragileStore, Fuse, empty_database
from crossdock.model import events as ev
from crossdock.ports.connector import Received, Translation
from hubs import scripted_hub

GOOD = [["order", 1], ["T1", "delivered", "2026-11-21T08:00:00Z"]]
PARTLY = [*GOOD, "riddle"]
SECRET = "Mara Lindqvist, Storgatan 1"


class Partial(Reader):
    """It says what it can read even where a riddle stops it; and it raises for one message."""

    def translate(self, message):
        if b"boom" in message.body:
            raise ZeroDivisionError("a defect")
        if b"riddle" not in message.body:
            return super().translate(message)
        [problem] = super().translate(message).problems
        said = [self._fact(each) for each in json.loads(message.body) if each != "riddle"]
        return Translation(tuple(said), (structs.replace(problem, pointer="/2"),))


def hub_of(**more):
    return scripted_hub(Partial(), processes=[NOTES], **more)


def corrector_of(hub, largest=1000):
    return Corrector(hub.store, hub.replayer, largest)


async def parked(hub, said=PARTLY, **headers):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    answer = await hub.intake.accept("carrier", Received("events", body, headers, hub.clock.now()))
    await hub.engine.settle_all()
    detail = await hub.store.read(lambda tx: tx.views.exchange(answer.exchange_id))
    assert detail.row.status == "parked"
    return answer.exchange_id


async def correct(hub, original, said=GOOD, actor="tower:mara", reason="the riddle is no part of it"):
    hub.clock.advance(60)
    now = hub.clock.now()
    checked = await corrector_of(hub).check(original, json.dumps(said).encode(), now)
    assert checked.acceptable, checked.faults
    return await hub.store.run(lambda tx: Corrector.make(tx, checked, actor, reason, now))


async def facts(hub, subject="do:odoo:1"):
    return [each for each in await hub.store.read(lambda tx: tx.log.of_subject(subject)) if each.exchange_id]


async def audits(hub):
    return await hub.store.read(
        lambda tx: tx.doors._connection.execute(text("SELECT actor, action, target, detail FROM audit")).all()
    )


@pytest.mark.req("K4", "L2")
async def test_a_correction_is_a_message_of_its_own_that_takes_effect():
    hub = hub_of()
    original = await parked(hub, b'[["order",1],["T1","delivered","2026-11-21T08:00:00Z"]')
    assert await facts(hub) == []
    made, first = await correct(hub, original)
    await hub.engine.settle_all()
    assert first
    assert made.exchange_id == correction_id(original)
    assert {each.exchange_id for each in await facts(hub)} == {made.exchange_id}
    closed = await hub.store.read(lambda tx: tx.views.exchange(original))
    standing = await hub.store.read(lambda tx: tx.views.exchange(made.exchange_id))
    assert (closed.row.status, standing.row.status) == ("corrected", "translated")
    assert closed.body == b'[["order",1],["T1","delivered","2026-11-21T08:00:00Z"]'
    assert closed.corrected == standing.corrects == made
    assert standing.row.trace_id == closed.row.trace_id
    [audit] = await audits(hub)
    assert audit[:3] == ("tower:mara", "exchange.correct", original)
    assert made.exchange_id in audit.detail
    assert audit.detail.endswith("the riddle is no part of it")


@pytest.mark.req("K4", "K5")
async def test_the_dry_run_says_what_then_happens():
    hub = hub_of()
    original = await parked(hub)
    before = len(await facts(hub))
    body = json.dumps([*GOOD, ["T1", "returned", "2026-11-22T08:00:00Z"]]).encode()
    checked = await corrector_of(hub).check(original, body, hub.clock.now())
    assert (await hub.store.read(lambda tx: tx.views.exchange(original))).row.status == "parked"
    assert [ev.type_of(each.body) for each in checked.imagined.events] == ["tracking.reported.v1"], "two are known"
    assert len(await facts(hub)) == before
    sent = len(hub.connectors["carrier"].sent)
    await hub.store.run(lambda tx: Corrector.make(tx, checked, "a", "r", hub.clock.now()))
    await hub.engine.settle_all()
    assert len(await facts(hub)) == before + checked.imagined.plan.events
    assert len(hub.connectors["carrier"].sent) - sent == len(checked.imagined.plan.effects)
    assert [each.subject for each in checked.imagined.plan.changes] == ["do:odoo:1"]


@pytest.mark.req("K2")
async def test_what_was_read_of_the_original_is_not_said_twice():
    hub = hub_of()
    original = await parked(hub)
    said = [each.key for each in await facts(hub)]
    assert len(said) == 2, "the order and its scan were read, and the riddle parked the message"
    hub.clock.advance(3600)
    await correct(hub, original)
    await hub.engine.settle_all()
    assert [each.key for each in await facts(hub)] == said


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'["riddle"]', "it went wrong"),
        (b"[]", "no fact"),
        (b'["boom"]', "ZeroDivisionError"),
        (json.dumps(PARTLY).encode(), "the bytes are the same"),
    ],
)
@pytest.mark.req("K4")
async def test_nothing_is_accepted_that_would_stop_again(body, told):
    hub = hub_of()
    original = await parked(hub)
    checked = await corrector_of(hub).check(original, body, hub.clock.now())
    assert not checked.acceptable
    assert told in checked.faults[0].why.engineer
    with pytest.raises(ValueError, match="faults"):
        await hub.store.run(lambda tx: Corrector.make(tx, checked, "a", "r", hub.clock.now()))
    assert (await hub.store.read(lambda tx: tx.views.exchange(original))).row.status == "parked"


async def test_a_reference_of_several_orders_is_found_before():
    hub = hub_of()
    original = await parked(hub)
    twice = number(7)
    await hub.store.run(lambda tx: tx.references.bind([(twice, "do:odoo:1"), (twice, "do:odoo:2")]))
    body = json.dumps([["T7", "delivered", "2026-11-21T08:00:00Z"]]).encode()
    checked = await corrector_of(hub).check(original, body, hub.clock.now())
    assert "ambiguous" in checked.faults[0].why.engineer


@pytest.mark.req("K2")
async def test_pressing_twice_makes_one_correction():
    hub = hub_of()
    original = await parked(hub)
    now = hub.clock.now()
    body = json.dumps(GOOD).encode()
    checked = [await corrector_of(hub).check(original, body, now) for _ in range(2)]
    pressed = [await hub.store.run(lambda tx, each=each: Corrector.make(tx, each, "a", "r", now)) for each in checked]
    assert [made for _, made in pressed] == [True, False]
    assert pressed[0][0] == pressed[1][0]
    assert len(await audits(hub)) == 1
    await hub.engine.settle_all()
    later = await corrector_of(hub).check(original, body, now)
    assert later.standing == pressed[0][0], "the same asked for again is answered, not refused"
    with pytest.raises(NotCorrectable) as refused:
        await corrector_of(hub).check(original, json.dumps(GOOD[:1]).encode(), now)
    assert refused.value.status == 409
    assert "corrected already, by a" in refused.value.operator


@pytest.mark.req("K2")
async def test_somebody_elses_correction_stands():
    hub = hub_of()
    original = await parked(hub)
    now = hub.clock.now()
    ours = await corrector_of(hub).check(original, json.dumps(GOOD[:1]).encode(), now)
    await correct(hub, original, actor="tower:jonas")
    with pytest.raises(NotCorrectable, match=r"tower:jonas"):
        await hub.store.run(lambda tx: Corrector.make(tx, ours, "tower:mara", "r", now))
    standing = await hub.store.read(lambda tx: tx.views.exchange(correction_id(original)))
    assert json.loads(standing.body) == GOOD


async def test_a_correction_that_stops_can_be_corrected_itself():
    hub = hub_of()
    original = await parked(hub)
    made, _ = await correct(hub, original)
    hub.connectors["carrier"].translate = lambda _message: Partial().translate(Received("e", b'["riddle"]', {}, 0))
    await hub.engine.settle_all()
    del hub.connectors["carrier"].translate
    again, _ = await correct(hub, made.exchange_id, GOOD[:1])
    middle = await hub.store.read(lambda tx: tx.views.exchange(made.exchange_id))
    assert (middle.corrects.original_id, middle.corrected.exchange_id) == (original, again.exchange_id)


@pytest.mark.req("K2")
async def test_the_partners_own_repetition_stays_a_repetition():
    hub = hub_of()
    original = await parked(hub, delivery="d1")
    await correct(hub, original)
    await hub.engine.settle_all()
    said = await facts(hub)
    body = json.dumps(PARTLY).encode()
    answer = await hub.intake.accept("carrier", Received("events", body, {"delivery": "d1"}, hub.clock.now()))
    assert (answer.exchange_id, answer.repeated) == (original, True)
    await hub.engine.settle_all()
    assert await facts(hub) == said


async def test_what_cannot_be_corrected_says_so():
    hub = hub_of()
    original = await parked(hub)
    await hub.intake.accept("carrier", Received("events", json.dumps(GOOD).encode(), {}, hub.clock.now()))
    await hub.engine.settle_all()
    rows, _ = await hub.store.read(lambda tx: tx.views.exchanges())
    read = next(row.id for row in rows if row.status == "translated")
    sent = next(row.id for row in rows if row.direction == "outbound")

    async def status(which, body=b"[1]", largest=1000):
        with pytest.raises(NotCorrectable) as refused:
            await corrector_of(hub, largest).check(which, body, hub.clock.now())
        return refused.value.status

    assert [await status(each) for each in ("nothing", read, sent)] == [404, 409, 409]
    assert await status(original, b"x" * 11, 10) == 413
    await hub.store.run(lambda tx: tx.exchanges.purge(hub.clock.now() + 1, 10))
    assert await status(original) == 410


@pytest.mark.req("K5")
async def test_a_replay_leaves_what_was_corrected_closed():
    hub = hub_of()
    original = await parked(hub)
    await correct(hub, original)
    await hub.engine.settle_all()
    plan = await hub.replayer.plan(Selection(ids=(original,)), hub.clock.now())
    assert (plan.ids, plan.missing) == ((), (original,))
    assert await hub.store.run(lambda tx: hub.requests.retry(tx, [original], 1)) == 0
    assert await hub.store.run(lambda tx: hub.requests.discard(tx, [original], 1)) == 0


@pytest.mark.req("K1", "K2")
async def test_dying_anywhere_makes_one_correction_or_none(tmp_path):
    """A process is killed before and after every commit from pressing to the last effect; the person presses again."""
    empty = await empty_database(tmp_path / "empty.db")
    usual, deaths = None, 0
    for death in range(40):
        file = tmp_path / f"{death}.db"
        shutil.copyfile(empty, file)
        fuse = Fuse()
        url, wrap = f"sqlite:///{file}", lambda store, fuse=fuse: FragileStore(store, fuse)
        hub = hub_of(url=url, wrap=wrap)
        original = await parked(hub)
        fuse.deaths = {len(fuse.steps) + death}
        for _ in range(3):
            try:
                checked = await corrector_of(hub).check(original, json.dumps(GOOD).encode(), hub.clock.now())
                await hub.store.run(lambda tx, c=checked: Corrector.make(tx, c, "a", "r", 7))
                await hub.engine.settle_all()
                break
            except Crash:
                deaths += 1
                hub = hub_of(url=url, wrap=wrap, clock=hub.clock, seed=death + 1)
        rows, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="inbound"))
        assert {row.id: row.status for row in rows} == {original: "corrected", correction_id(original): "translated"}
        found = ([each.key for each in await facts(hub)], len(await audits(hub)))
        assert found == (usual or found)
        usual = found
    assert deaths >= 3
    assert len(usual[0]) == 2
    assert usual[1] == 1


@pytest.mark.req("M6")
async def test_what_people_wrote_stays_out_of_the_logs(capfd):
    hub = hub_of()
    original = await parked(hub, json.dumps([SECRET, "riddle"]).encode())
    with structlog.testing.capture_logs() as logs:
        await corrector_of(hub).check(original, json.dumps([SECRET, "boom"]).encode(), hub.clock.now())
        await correct(hub, original, [["order", 1]])
        await hub.engine.settle_all()
    assert SECRET not in str(logs) + capfd.readouterr().err
