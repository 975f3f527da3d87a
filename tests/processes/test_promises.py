"""Whether a delivery was in time, by what was promised when it was booked."""

import pytest

from crossdock.backbone.record import OnTimeRecord
from crossdock.model import events as ev
from crossdock.model.deciding import OnTime, PromiseJudged
from crossdock.model.instants import from_epoch_us, stamp
from crossdock.model.shipment import Booking
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.stores import NewEvent
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.storage.opening import open_store
from crossdock.storage.views_records import RecordViews
from orders import delivery_order, quote, rate
from processes.history import History


def delivered(at: str, *, days: int | None = 2) -> list[PromiseJudged]:
    told = History(order_to_ship(OrderToShipPolicy(("easypost",))), delivery_order().id)
    told.tell(ev.FulfilmentRequested(delivery_order()), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00", days=days))))
    told.tell(ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority")))
    for milestone, when in (("picked_up", "2026-11-20T17:00:00Z"), ("delivered", at), ("delivered", at)):
        told.tell(ev.TrackingReported(TrackingEvent("easypost", "T1", milestone, stamp(when), raw_code=milestone)))
    return [body for body in told.events if isinstance(body, PromiseJudged)]


@pytest.mark.req("C1")
def test_working_days_are_counted_from_pick_up_and_each_promise_is_judged_once():
    assert [each.on_time for each in delivered("2026-11-24T20:00:00Z")] == [True], "picked up on Friday, Tuesday is two"
    assert [each.on_time for each in delivered("2026-11-25T08:00:00Z")] == [False]
    assert delivered("2026-11-24T20:00:00Z", days=None) == [], "nothing was promised"


async def test_the_record_reads_the_whole_log_only_once(monkeypatch):
    store = open_store("sqlite:///:memory:", threads=False)
    await store.migrate()
    asked, events = [], RecordViews.events
    monkeypatch.setattr(RecordViews, "events", lambda tx, **given: asked.append(given["since"]) or events(tx, **given))
    record, hour = OnTimeRecord(store), 3_600_000_000
    await record.refresh(10 * hour)
    await record.refresh(11 * hour)
    assert asked[0] == 0
    assert 9 * hour < asked[1] < 10 * hour, "from a little before the last time"
    await store.close()


@pytest.mark.req("C1")
async def test_the_record_counts_what_was_judged_once():
    store = open_store("sqlite:///:memory:", threads=False)
    await store.migrate()
    record = OnTimeRecord(store)
    for number in range(30):
        body = PromiseJudged(f"T{number}", "ups", "UPS", "Ground", 10, 5 + number, on_time=number < 6)
        fact = ev.Fact(body, from_epoch_us(0), subject="do:odoo:1")
        row = NewEvent(fact.key("do:odoo:1"), "do:odoo:1", fact, 0, "", "", "t")
        await store.run(lambda tx, row=row: tx.log.append([row], 1))
        if number % 7 == 0:
            await record.refresh()
    await record.refresh()
    await record.refresh()
    assert record() == {("ups", "UPS", "Ground"): OnTime("ups", "UPS", "Ground", 30, 6)}
    await store.close()
