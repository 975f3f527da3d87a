"""The whole road with scripted partners: what comes in is kept, found its owner, decided on, sent once."""

import json

import pytest

from crossdock.backbone.breaker import Limits
from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.decide import READER
from crossdock.backbone.replay import Selection
from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.identifiers import Reference, ReferenceKind, trace_id_of
from crossdock.model.instants import stamp
from crossdock.ports.connector import Page, Received, Translation, Unreadable
from crossdock.ports.process import Decision, Order, Process, Timer
from crossdock.ports.stores import Fenced
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, InDoubt, Park, Reauthenticate, Refuse, Retry
from hubs import WHY, Scripted, scripted_hub
from orders import delivery_order

NUMBER = Reference(ReferenceKind.TRACKING, "T1")
SCAN = json.dumps([["T1", "in_transit", "2026-11-21T08:00:00Z"]]).encode()


def bind(tx, subject: str = "do:odoo:7", reference: Reference = NUMBER):
    fact = ev.Fact(
        ev.FulfilmentRequested(delivery_order(int(subject[-1]))), stamp("2026-11-21T06:00:00Z"), subject=subject,
        binds=(reference,),
    )  # fmt: skip
    return place(tx, [(Origin("x", "odoo", 1, trace_id_of(subject)), [fact])], 1)


async def told(hub, body: bytes = SCAN, **headers: str):
    message = Received("events", body, headers, hub.clock.now())
    return await hub.intake.accept("carrier", message)


async def log_of(hub, subject: str = "do:odoo:7") -> list[str]:
    events = await hub.store.read(lambda tx: tx.log.of_subject(subject))
    return [ev.type_of(event.body) for event in events]


def commanding(*orders: Order, timers: tuple[Timer, ...] = ()) -> Process:
    """A process that gives the same commands at every scan."""
    return Process(
        "test", 1, frozenset({"tracking.reported.v1"}), lambda _s: Decision(b"{}", "x", orders, timers=timers)
    )


NOTE = Order("note", "carrier", cmd.RecordNote("7", "hello", "m"))


async def one_command(*answers, limits: Limits = Limits(), settlements=()):
    carrier = Scripted()
    carrier.answers, carrier.settlements = list(answers), list(settlements)
    hub = scripted_hub(carrier, processes=[commanding(NOTE)], limits=limits)
    await hub.store.run(bind)
    await told(hub)
    await hub.engine.settle_all()
    return hub, carrier


async def statuses(hub) -> list[str]:
    rows, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="outbound"))
    return [row.status for row in rows]


@pytest.mark.req("K1", "E2")
async def test_a_message_is_durable_before_it_is_answered_and_keeps_its_bytes():
    hub = scripted_hub(Scripted())
    answer = await told(hub)
    assert answer.status == 202
    detail = await hub.store.read(lambda tx: tx.views.exchange(answer.exchange_id))
    assert detail.body == SCAN
    assert detail.row.status == "received"


@pytest.mark.req("I2", "M22")
async def test_a_bad_signature_is_refused_and_a_repeated_delivery_is_the_first_one():
    hub = scripted_hub(Scripted())
    assert (await told(hub, signature="bad")).status == 401
    assert len(await hub.store.read(lambda tx: tx.views.refused("carrier"))) == 1
    first = await told(hub, delivery="d1")
    again = await told(hub, delivery="d1")
    assert (again.repeated, again.exchange_id) == (True, first.exchange_id)


@pytest.mark.req("E6")
async def test_a_scan_that_comes_before_its_booking_waits_and_then_finds_its_order():
    hub = scripted_hub(Scripted())
    await told(hub)
    await hub.engine.settle_all()
    assert (await hub.store.read(lambda tx: tx.views.counts())).waiting == 1
    await hub.store.run(bind)
    assert await log_of(hub) == ["fulfilment.requested.v1", "tracking.reported.v1"]
    assert (await hub.store.read(lambda tx: tx.views.counts())).waiting == 0


@pytest.mark.req("E5", "K2")
async def test_the_same_scan_said_again_by_another_message_changes_nothing():
    hub = scripted_hub(Scripted())
    await hub.store.run(bind)
    for _ in range(3):
        await told(hub)
    await hub.engine.settle_all()
    assert (await log_of(hub)).count("tracking.reported.v1") == 1


@pytest.mark.req("E5")
async def test_a_scan_that_waited_twice_is_one_event():
    hub = scripted_hub(Scripted())
    await told(hub)
    await told(hub)
    await hub.engine.settle_all()
    await hub.store.run(bind)
    assert (await log_of(hub)).count("tracking.reported.v1") == 1


@pytest.mark.req("E6")
async def test_a_reference_of_two_orders_is_nobodys_guess():
    hub = scripted_hub(Scripted())
    await hub.store.run(bind)
    await hub.store.run(lambda tx: bind(tx, "do:odoo:8"))
    answer = await told(hub)
    await hub.engine.settle_all()
    rows, _ = await hub.store.read(lambda tx: tx.views.exceptions())
    assert {(row.subject, row.kind) for row in rows} == {
        ("do:odoo:7", "reference.ambiguous"), ("do:odoo:8", "reference.ambiguous"),
    }  # fmt: skip
    assert (await hub.store.read(lambda tx: tx.views.exchange(answer.exchange_id))).row.status == "parked"
    assert "tracking.reported.v1" not in await log_of(hub)


@pytest.mark.req("K4")
async def test_a_poison_message_is_parked_alone_with_both_texts():
    hub = scripted_hub(Scripted())
    await hub.store.run(bind)
    poison, broken = await told(hub, b"bug"), await told(hub, b"{nonsense")
    await told(hub)
    await hub.engine.settle_all()
    assert "tracking.reported.v1" in await log_of(hub), "its neighbour went on"
    row = (await hub.store.read(lambda tx: tx.views.exchange(poison.exchange_id))).row
    assert row.status == "parked"
    assert "ZeroDivisionError" in row.engineer
    row = (await hub.store.read(lambda tx: tx.views.exchange(broken.exchange_id))).row
    assert (row.status, row.operator) == ("parked", "Ask for it again.")


class Halting(Scripted):
    """Reads the scans it can, and says of the others that it cannot."""

    def translate(self, message: Received) -> Translation:
        scans = json.loads(message.body)
        facts = tuple(self.scan(*each) for each in scans if len(each) == 3)
        short = [index for index, each in enumerate(scans) if len(each) != 3]
        return Translation(facts, tuple(Unreadable(f"/{index}", WHY) for index in short))


@pytest.mark.req("K1", "K4")
async def test_what_can_be_read_of_a_message_goes_on_and_the_rest_parks_it():
    hub = scripted_hub(Halting())
    await hub.store.run(bind)
    answer = await told(hub, json.dumps([["T9"], ["T1", "in_transit", "2026-11-21T08:00:00Z"]]).encode())
    await hub.engine.settle_all()
    assert (await log_of(hub)).count("tracking.reported.v1") == 1
    row = (await hub.store.read(lambda tx: tx.views.exchange(answer.exchange_id))).row
    assert (row.status, row.subject) == ("parked", "do:odoo:7")
    await hub.store.run(lambda tx: hub.requests.retry(tx, [answer.exchange_id], hub.clock.now()))
    await hub.engine.settle_all()
    assert (await log_of(hub)).count("tracking.reported.v1") == 1, "the retry says it again, and it is one fact"


async def test_a_command_is_sent_once_and_its_facts_reach_the_log():
    fact = ev.Fact(ev.RecordWritten("carrier", "note.record.v1", "m"), stamp("2026-11-21T09:00:00Z"), "do:odoo:7")
    hub, carrier = await one_command(Done((fact,)))
    assert len(carrier.sent) == 1
    assert await statuses(hub) == ["done"]
    assert (await log_of(hub))[-1] == "record.written.v1"


@pytest.mark.req("K3")
async def test_a_retry_waits_for_its_time_and_counts_attempts():
    hub, carrier = await one_command(Retry(WHY, ErrorClass.SERVER), Done())
    assert await statuses(hub) == ["retry"]
    hub.clock.advance(1)
    assert await hub.engine.deliver() == 0
    hub.clock.advance(5)
    await hub.engine.settle_all()
    assert [command.attempt for command in carrier.sent] == [1, 2]
    assert await statuses(hub) == ["done"]


@pytest.mark.req("C4")
async def test_doubt_is_settled_by_asking_before_anything_is_sent_again():
    hub, carrier = await one_command(InDoubt(WHY), settlements=[InDoubt(WHY), AlreadyDone()])
    for _ in range(2):
        hub.clock.advance(60)
        await hub.engine.settle_all()
    assert (len(carrier.sent), len(carrier.asked)) == (1, 2)
    assert await statuses(hub) == ["done"]


@pytest.mark.req("C4")
async def test_what_certainly_did_not_happen_is_sent_again():
    hub, carrier = await one_command(InDoubt(WHY), Done(), settlements=[Retry(WHY)])
    hub.clock.advance(60)
    await hub.engine.settle_all()
    assert (len(carrier.sent), len(carrier.asked)) == (2, 1)


@pytest.mark.req("C4", "K13")
async def test_a_worker_that_dies_after_its_call_leaves_doubt_and_cannot_write_late():
    carrier = Scripted()
    carrier.settlements = [AlreadyDone()]
    hub = scripted_hub(carrier, processes=[commanding(NOTE)])
    await hub.store.run(bind)
    await told(hub)
    await hub.engine.translate()
    await hub.engine.reduce()
    claims = await hub.engine.courier.claim()
    hub.clock.advance(121)
    await hub.engine.settle_all()
    assert (len(carrier.sent), len(carrier.asked)) == (0, 1)
    await hub.engine.courier.carry(claims[0])
    rows, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="outbound"))
    assert [(row.status, row.attempts) for row in rows] == [("done", 2)], "the late outcome was fenced off"


@pytest.mark.req("K4", "L17")
@pytest.mark.parametrize(("verdict", "status"), [(Park(WHY), "parked"), (Refuse(WHY), "refused"),
                                                 (ValueError("a bug"), "parked")])  # fmt: skip
async def test_a_refused_command_tells_its_process_and_can_be_retried_by_a_person(verdict, status):
    hub, carrier = await one_command(verdict, Done(), settlements=[Retry(WHY)])
    assert await statuses(hub) == [status]
    assert (await log_of(hub))[-1] == "command.failed.v1"
    row = (await hub.store.read(lambda tx: tx.views.exchanges(direction="outbound")))[0][0]
    assert await hub.store.run(lambda tx: hub.requests.retry(tx, [row.id], hub.clock.now())) == 1
    await hub.engine.settle_all()
    assert await statuses(hub) == ["done"]
    assert len(carrier.sent) == 2


async def test_a_refused_credential_keeps_the_command_and_asks_for_a_person():
    hub, _ = await one_command(Reauthenticate(WHY))
    assert await statuses(hub) == ["retry"]
    assert (await hub.store.run(lambda tx: tx.partners.health("carrier"))).attention == "Do something."


@pytest.mark.req("K6")
async def test_failures_open_the_breaker_and_the_partner_is_left_alone():
    hub, carrier = await one_command(*[Retry(WHY)] * 3, limits=Limits(failures=3, open_seconds=600))
    for _ in range(5):
        hub.clock.advance(30)
        await hub.engine.settle_all()
    assert len(carrier.sent) == 3
    moves = await hub.store.read(lambda tx: tx.partners.breaker_moves("carrier"))
    assert [move.state for move in moves] == ["open"]
    hub.clock.advance(600)
    await hub.engine.settle_all()
    assert await statuses(hub) == ["done"]


@pytest.mark.req("H7")
async def test_a_timer_becomes_one_event():
    hub = scripted_hub(Scripted(), processes=[commanding(timers=(Timer("late", 0),))])
    await hub.store.run(bind)
    await told(hub)
    await hub.engine.settle_all()
    assert (await log_of(hub)).count("deadline.passed.v1") == 1


@pytest.mark.req("K2", "K17")
async def test_a_replay_of_everything_changes_nothing_and_sends_nothing():
    hub, carrier = await one_command()
    before = await hub.store.read(lambda tx: tx.states.load(["do:odoo:7"]))
    plan = await hub.replayer.plan(Selection(partner="carrier"), hub.clock.now())
    assert (plan.messages, plan.changed, plan.effects) == (1, (), ())
    assert await hub.replayer.start(plan.ids, effects=False) == 1
    await hub.engine.settle_all()
    after = await hub.store.read(lambda tx: tx.states.load(["do:odoo:7"]))
    assert before["do:odoo:7"].state == after["do:odoo:7"].state
    assert len(carrier.sent) == 1


@pytest.mark.req("K5")
async def test_a_quiet_replay_with_a_better_mapping_learns_and_stays_silent():
    hub, carrier = await one_command()
    understood = carrier.scan
    carrier.scan = lambda number, _milestone, at: understood(number, "delivered", at)
    plan = await hub.replayer.plan(Selection(partner="carrier"), hub.clock.now())
    assert plan.changed == ("do:odoo:7",)
    assert [effect.kind for effect in plan.effects] == ["note.record.v1"]
    await hub.replayer.start(plan.ids, effects=False)
    await hub.engine.settle_all()
    state = (await hub.store.read(lambda tx: tx.views.shipment("do:odoo:7"))).milestone
    assert (await log_of(hub)).count("tracking.reported.v1") == 2
    assert len(carrier.sent) == 1
    assert state == ""


async def test_a_page_and_its_cursor_are_one():
    carrier = Scripted()
    carrier.pages = [Page(SCAN, "c1", more=True), Page(b"", "c1")]
    hub = scripted_hub(carrier)
    await hub.store.run(bind)
    assert await hub.engine.poll("carrier", "news")
    assert not await hub.engine.poll("carrier", "news")
    await hub.engine.settle_all()
    assert (await hub.store.read(lambda tx: tx.partners.cursor("carrier", "news")))[0] == "c1"
    assert "tracking.reported.v1" in await log_of(hub)


@pytest.mark.req("K13")
async def test_a_reducer_that_woke_up_late_cannot_commit():
    hub = scripted_hub(Scripted(), processes=[commanding(NOTE)])
    await hub.store.run(bind)
    await told(hub)
    await hub.engine.translate()
    reducer = hub.engine._reducer
    stale = await hub.store.read(lambda tx: reducer._gather(tx, list(range(64))))
    assert await hub.engine.reduce() == 2
    effects = reducer.decide(*stale, hub.clock.now())
    with pytest.raises(Fenced):
        await hub.store.run(lambda tx: reducer.commit(tx, effects, hub.clock.now()))
    cursors = await hub.store.read(lambda tx: tx.log.cursors(READER, range(64)))
    assert sum(cursors.values()) == 2


@pytest.mark.req("M4")
async def test_a_secret_in_the_address_is_not_kept():
    hub = scripted_hub(Scripted())
    message = Received("events", SCAN, {}, hub.clock.now(), path="/in/carrier/events?token=s3cret")
    accepted = await hub.intake.accept("carrier", message)
    detail = await hub.store.read(lambda tx: tx.views.exchange(accepted.exchange_id))
    assert detail.path == "/in/carrier/events"
