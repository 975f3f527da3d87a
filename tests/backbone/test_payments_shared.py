"""A payment is of the order: deliveries of it that are made later have it, too, however it was told."""

import itertools

import pytest
from msgspec import structs

from crossdock.backbone import telling
from crossdock.backbone.correlate import Origin, place
from crossdock.model import events as ev
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import from_epoch_us
from crossdock.model.releasing import OrderHeld, PaymentReported
from crossdock.processes.payment_gate import PaymentPolicy, payment_gate
from hubs import Scripted, scripted_hub
from orders import delivery_order

NAME = Reference(ReferenceKind.ORDER, "SO0016", "odoo")
FIRST, SECOND = "do:odoo:16", "do:odoo:17"
CLOCK = itertools.count(1_795_262_400_000_000)


@pytest.fixture
async def hub():
    hub = scripted_hub(Scripted("ups"), processes=[payment_gate(PaymentPolicy())])
    await hub.store.migrate()
    yield hub
    await hub.store.close()


def delivery(subject):
    order = structs.replace(delivery_order(), id=subject, external_id=subject.rpartition(":")[2], sales_order="SO0016")
    return ev.Fact(ev.FulfilmentRequested(order), order.changed_at, subject=subject, binds=(NAME,))


async def come(hub, *subjects):
    now = next(CLOCK)
    await hub.store.run(lambda tx: place(tx, [(Origin("x", "odoo", now, "0" * 32), [*map(delivery, subjects)])], now))
    await settled(hub)


async def pays(hub, state, sequence=0):
    now = next(CLOCK)
    fact = ev.Fact(PaymentReported("shop", "t1", state, sequence), from_epoch_us(now), lookups=(NAME,))
    told = await hub.store.run(lambda tx: telling.tell(tx, fact, "shop", now))
    await settled(hub)
    return told


async def settled(hub):
    while await hub.engine.reduce():
        pass


async def said(hub, subject):
    events = await hub.store.read(lambda tx: tx.log.of_subject(subject))
    return [(each.body.state, each.body.sequence) for each in events if isinstance(each.body, PaymentReported)]


async def held(hub, subject):
    events = await hub.store.read(lambda tx: tx.log.of_subject(subject))
    return sum(isinstance(each.body, OrderHeld) for each in events)


@pytest.mark.req("G8")
async def test_a_delivery_that_is_made_later_has_the_payments_of_its_order(hub):
    await come(hub, FIRST)
    assert await pays(hub, "pending") == (FIRST,)
    await pays(hub, "authorized", 1)
    await come(hub, SECOND)
    assert await said(hub, SECOND) == [("pending", 0), ("authorized", 1)]
    assert await held(hub, SECOND) <= 1
    states = await hub.store.read(lambda tx: tx.instances.of_subjects([SECOND]))
    assert [each.stage for each in states] == ["paid"]
    assert await pays(hub, "captured", 2) == (FIRST, SECOND)
    assert await said(hub, SECOND) == [("pending", 0), ("authorized", 1), ("captured", 2)]


@pytest.mark.req("G8")
async def test_what_was_said_before_there_was_any_delivery_reaches_the_second_as_well(hub):
    assert await pays(hub, "pending") == ()
    await come(hub, FIRST)
    await come(hub, SECOND)
    assert await said(hub, FIRST) == await said(hub, SECOND) == [("pending", 0)]
    assert (await held(hub, FIRST), await held(hub, SECOND)) == (1, 1)


@pytest.mark.req("G8")
async def test_two_deliveries_that_come_together_both_have_it_and_it_is_not_ambiguous(hub):
    await pays(hub, "pending")
    await come(hub, FIRST, SECOND)
    assert await said(hub, FIRST) == await said(hub, SECOND) == [("pending", 0)]
    assert (await hub.store.read(lambda tx: tx.views.exceptions()))[0] == []


@pytest.mark.req("G8")
async def test_a_delivery_that_is_read_again_has_nothing_twice_and_strangers_nothing_at_all(hub):
    await come(hub, FIRST)
    await pays(hub, "pending")
    await come(hub, SECOND)
    await come(hub, SECOND)
    assert await said(hub, SECOND) == [("pending", 0)]
    stranger = structs.replace(delivery("do:odoo:18"), binds=(structs.replace(NAME, issuer="other"),))
    now = next(CLOCK)
    await hub.store.run(lambda tx: place(tx, [(Origin("x", "other", now, "0" * 32), [stranger])], now))
    assert await said(hub, "do:odoo:18") == []
