"""A carrier that takes its time keeps nobody at the door waiting."""

import asyncio

import pytest

from api.doors import opened
from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.instants import from_epoch_us
from crossdock.model.shipment import Booking, Document
from crossdock.ports.stores import NewEvent
from crossdock.ports.verdicts import Done
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from hubs import Scripted, scripted_hub
from orders import delivery_order, quote, rate

ORDER = delivery_order(70)
LABEL = Document("ab" * 32, "application/pdf", "T1.pdf", 10)


class Slow(Scripted):
    """Sells a label once ``opens`` is set, and not before."""

    def __init__(self) -> None:
        super().__init__("easypost")
        self.opens = asyncio.Event()
        self.asked_first = asyncio.Event()

    async def send(self, command, documents):
        self.asked_first.set()
        await self.opens.wait()
        match command.body:
            case cmd.RequestRates():
                fact = ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00")))
            case cmd.BuyLabel():
                fact = ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority"))
            case _:
                fact = ev.LabelReceived("P1", "s1", "T1", LABEL)
        return Done((ev.Fact(fact, from_epoch_us(10), subject=command.subject),))


@pytest.mark.req("C5", "C3")
async def test_a_booking_is_answered_while_the_carrier_has_not_answered_yet(tmp_path):
    world, carrier = await opened(tmp_path), Slow()
    policy = OrderToShipPolicy(("easypost",))
    url = f"sqlite:///{tmp_path / 'crossdock.db'}"
    hub = scripted_hub(carrier, Scripted("odoo"), processes=[order_to_ship(policy)], url=url)
    fact = ev.Fact(ev.FulfilmentRequested(ORDER), from_epoch_us(1), subject=ORDER.id)
    new = NewEvent(fact.key(ORDER.id), ORDER.id, fact, 1, "", "", "0" * 32)
    await world.store.run(lambda tx: tx.log.append([new], 1))
    work = asyncio.ensure_future(hub.engine.settle_all())
    await carrier.asked_first.wait()
    async with world.client("all") as client:
        headers = {"idempotency-key": "k1"}
        path = f"/v1/shipments/{ORDER.id}/bookings"
        answer = await client.post(path, json={"reason": "the customer calls"}, headers=headers)
        assert (answer.status_code, answer.json()["state"]) == (202, "working")
        assert not work.done(), "the carrier is still being asked"
        carrier.opens.set()
        await work
        job = (await client.get(answer.headers["location"])).json()
    assert (job["state"], job["tracking_numbers"]) == ("done", ["T1"])
    await hub.store.close()
    await world.store.close()
