"""The carriers' desk on a hub: what waits for a paused partner goes on, and buckets are set for all workers."""

import pytest

from crossdock.backbone import desk
from crossdock.backbone.breaker import Limits, allow, effective
from crossdock.backbone.parking import Requests
from crossdock.model.commands import CheckAddress
from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.desk import DeskRequested, Relay
from crossdock.model.events import Fact, FulfilmentRequested, RatesQuoted
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import stamp
from crossdock.ports.stores import NewEvent
from crossdock.ports.stores_delivery import Health
from crossdock.ports.verdicts import Done, InDoubt, Park, Refuse
from crossdock.processes.carriers_desk import carriers_desk
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.views.doubt import warning_of
from crossdock.views.wording import say
from hubs import WHY, Scripted, scripted_hub
from orders import CUSTOMER, delivery_order, quote, rate


def check(number: int) -> tuple[str, DeskRequested]:
    wish = Relay("carrier", CheckAddress(f"ad-{number}", CUSTOMER))
    return desk.subject_of("carrier", f"ad-{number}"), DeskRequested(f"job-{number}", "cli:ann", wish, "to be sure")


@pytest.mark.req("C10", "K12")
async def test_commands_of_a_paused_partner_wait_and_go_in_order_when_it_is_resumed():
    carrier = Scripted()
    hub = scripted_hub(carrier, processes=[carriers_desk()])
    await hub.store.migrate()
    assert await hub.store.run(lambda tx: desk.pause(tx, "carrier", "cli:ann", "stocktaking", 1))
    assert not await hub.store.run(lambda tx: desk.pause(tx, "carrier", "cli:ann", "again", 2))
    for number in range(5):
        subject, request = check(number)
        assert await hub.store.run(lambda tx, s=subject, r=request: desk.ask(tx, s, r, hub.clock.now()))
        await hub.engine.settle_all()
    assert carrier.sent == []
    assert await hub.store.run(lambda tx: desk.resume(tx, "carrier", "cli:ann", "done", hub.clock.now()))
    await hub.engine.settle_all()
    assert [command.body.reference for command in carrier.sent] == [f"ad-{number}" for number in range(5)]
    moves = await hub.store.read(lambda tx: [move.state for move in tx.partners.breaker_moves("carrier")])
    assert moves == ["resumed", "paused"]
    await hub.store.close()


@pytest.mark.req("K1")
async def test_a_request_sent_twice_is_one_request():
    carrier = Scripted()
    hub = scripted_hub(carrier, processes=[carriers_desk()])
    await hub.store.migrate()
    subject, request = check(1)
    told = [await hub.store.run(lambda tx: desk.ask(tx, subject, request, 5)) for _ in range(2)]
    await hub.engine.settle_all()
    assert told == [True, False]
    assert len(carrier.sent) == 1
    await hub.store.close()


@pytest.mark.req("C10")
async def test_a_bucket_set_by_a_person_holds_for_all_until_it_is_taken_off():
    hub = scripted_hub(Scripted())
    await hub.store.migrate()
    await hub.store.run(lambda tx: desk.limit(tx, "carrier", 2.0, 3, "cli:ann", "peak", 1))
    health = await hub.store.read(lambda tx: tx.partners.health("carrier"))
    assert allow(health, Limits(), 10**15, 10).calls == 3
    await hub.store.run(lambda tx: desk.limit(tx, "carrier", None, None, "cli:ann", "over", 2))
    health = await hub.store.read(lambda tx: tx.partners.health("carrier"))
    assert allow(health, Limits(), 10**15, 10).calls == 10
    assert effective(Limits(5, 7), Health()) == Limits(5, 7)
    await hub.store.close()


@pytest.mark.req("C4", "K1")
async def test_that_a_person_ended_a_command_is_a_fact_of_its_order():
    carrier = Scripted()
    carrier.answers = [Refuse(WHY)]
    hub = scripted_hub(carrier, processes=[carriers_desk()])
    await hub.store.migrate()
    subject, request = check(1)
    await hub.store.run(lambda tx: desk.ask(tx, subject, request, 5))
    await hub.engine.settle_all()
    rows, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="outbound"))
    for done in (1, 0):
        assert await hub.store.run(lambda tx: Requests().discard(tx, [rows[0].id], 6)) == done, "once"
    events = await hub.store.read(lambda tx: tx.log.of_subject(subject))
    [given_up] = [event.body for event in events if isinstance(event.body, CommandWithdrawn)]
    assert (given_up.what, given_up.last) == ("address.check.v1", "a person ended it")
    assert (given_up.by_person, given_up.doubtful) == (True, False)
    assert say(given_up).title == "Check address ended by a person: carrier did not confirm it"
    await hub.store.close()


@pytest.mark.req("C4", "M9")
async def test_ending_what_may_have_been_done_warns_before_and_says_so_after():
    carrier = Scripted()
    carrier.answers, carrier.settlements = [InDoubt(WHY)], [Park(WHY)]
    hub = scripted_hub(carrier, processes=[order_to_ship(OrderToShipPolicy(("carrier",)))])
    await hub.store.migrate()
    subject = await bought(hub, carrier)
    rows, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="outbound", statuses=("parked",)))
    detail = await hub.store.read(lambda tx: tx.views.exchange(rows[0].id))
    warning = warning_of(detail)
    assert "carrier may have carried out" in warning
    assert "do:odoo:7/P1" in warning
    await hub.store.run(lambda tx: Requests().discard(tx, [rows[0].id], 6))
    await hub.engine.settle_all()
    events = await hub.store.read(lambda tx: tx.log.of_subject(subject))
    [given_up] = [event.body for event in events if isinstance(event.body, CommandWithdrawn)]
    assert given_up.doubtful
    assert say(given_up).title == "Buy label ended by a person: carrier may have done it"
    standing, _ = await hub.store.read(lambda tx: tx.views.exceptions(open_only=True, subject=subject))
    assert "label.maybe_bought" in {row.kind for row in standing}
    await hub.store.close()


async def bought(hub, carrier) -> str:
    """An order whose label was bought, and nobody knows whether; its subject."""
    order = delivery_order()
    offer = quote("P1", "s1", rate("r", "5.00"), partner="carrier")
    carrier.answers.insert(0, Done((Fact(RatesQuoted(offer), stamp("2026-11-21T06:00:00Z"), subject=order.id),)))
    fact = Fact(FulfilmentRequested(order), stamp("2026-11-21T06:00:00Z"), subject=order.id)
    new = NewEvent(fact.key(order.id), order.id, fact, 5, "", "", trace_id_of(order.id))
    await hub.store.run(lambda tx: tx.log.append([new], 5))
    for _ in range(4):
        await hub.engine.settle_all()
        hub.clock.advance(600)
    return order.id
