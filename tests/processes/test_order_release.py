"""From a delivery order past its gates to the warehouse that ships it, and every way back."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from crossdock.model import events as ev
from crossdock.model import warehouse as wh
from crossdock.model.commands import CommandBody
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.money import money
from crossdock.model.order import Package
from crossdock.model.releasing import (
    CreditStanding,
    OrderUndeliverable,
    ReviewDecided,
    ShipmentDispatched,
)
from crossdock.model.returning import ReturnRequested
from crossdock.model.shipment import Booking, Document
from crossdock.model.tracking import TrackingEvent
from crossdock.model.transfers import LotQuantity, MovedLine
from crossdock.model.units import Measure
from crossdock.processes.credit_hold import CreditPolicy, credit_hold
from crossdock.processes.expectations import Patience, StageLimit, expectations
from crossdock.processes.order_release import order_release
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.outstanding import hours_of
from crossdock.processes.owed_by_carriers import CARRIERS_OWE
from crossdock.processes.owed_by_warehouses import WAREHOUSES_OWE
from crossdock.processes.release_chart import CHART
from crossdock.processes.release_work import ReleasePolicy
from crossdock.processes.shipping_policy import OrderToShipPolicy
from orders import delivery_order, quote, rate
from processes.household import Household

WMS = "north3pl"
ORDER = structs.replace(delivery_order(), packages=())
REF = ORDER.id
RULES = (*WAREHOUSES_OWE, *CARRIERS_OWE)
LIMITS = {("order_release", each.name): StageLimit(each.hours, each.waits_for) for each in CHART.stages if each.hours}
PACKED = wh.PackagesPacked(WMS, REF, (Package("P1", Measure(Decimal(2), "KGM")),))
MOVED = MovedLine(Item("SKU-1"), Decimal(2), lots=(LotQuantity("L1", Decimal(2)),), line_id="1")
SHIPPED = wh.GoodsShipped(WMS, REF, "D1", (MOVED,))
BOOKED = ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority"))
LABEL = ev.LabelReceived("P1", "s1", "T1", Document("a" * 64, "application/pdf", "T1.pdf", 10))
VOIDED = ev.ShipmentVoided("easypost", "P1", "s1", "T1")
TO_PACKED = (
    wh.WarehouseOrderReleased(WMS, REF), wh.WarehouseOrderAcknowledged(WMS, REF), wh.PickStarted(WMS, REF, "L"),
    wh.GoodsPicked(WMS, REF, "L", (MOVED,)), PACKED,
)  # fmt: skip
REFUSED = wh.WarehouseOrderRefused(WMS, REF, 1, "E7", "no such item")


def house(warehouse: str = WMS) -> Household:
    return Household(
        credit_hold(CreditPolicy()),
        order_release(ReleasePolicy(lambda _: warehouse)),
        order_to_ship(OrderToShipPolicy(("easypost",), on_clearance=True)),
        expectations(Patience(RULES, hours_of(RULES, {}), LIMITS)),
    )


def requested(order=ORDER, **changes) -> ev.FulfilmentRequested:
    return ev.FulfilmentRequested(structs.replace(order, **changes))


def cancelled(minute: int = 59) -> ev.FulfilmentCancelled:
    return ev.FulfilmentCancelled(ORDER.id, changed_at=stamp(f"2026-11-21T06:{minute:02}:00Z"))


def body_of(command):
    return msgspec.json.decode(command.body, type=CommandBody)


def labelled(home: Household) -> None:
    home.tell(requested(), *TO_PACKED, ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))), BOOKED, LABEL)
    assert home.stages["order_to_ship"] == "labelled"


@pytest.mark.req("D1", "A8", "A11", "D2")
def test_an_order_goes_to_its_warehouse_is_labelled_when_packed_and_written_once_when_it_leaves():
    home = house()
    [release] = home.tell(requested())
    assert (release.partner, release.kind) == (WMS, "warehouse_order.release.v1")
    assert body_of(release) == wh.ReleaseOrder(REF, ORDER)
    assert (home.stages["order_release"], home.stages["order_to_ship"]) == ("releasing", "waiting")
    assert home.tell(*TO_PACKED[:-1]) == []
    assert home.stages["order_release"] == "picked"
    [rates] = home.tell(PACKED)
    assert (rates.kind, body_of(rates).consignment.package.weight.value) == ("rates.request.v1", 2)
    home.tell(ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))), BOOKED, LABEL)
    [complete] = home.tell(SHIPPED)
    assert (complete.partner, complete.kind) == ("odoo", "transfer.complete.v1")
    assert body_of(complete).lines == (MOVED,)
    assert home.tell(SHIPPED) == []
    assert sum(isinstance(each.body, ShipmentDispatched) for each in home.log) == 1
    assert home.stages["order_release"] == "shipped"
    assert home.open_exceptions() == []


@pytest.mark.req("G9", "H11")
def test_an_order_that_is_held_goes_nowhere_until_it_is_free():
    home = house()
    standing = CreditStanding(money("150", "EUR"), money("100", "EUR"))
    assert [each.kind for each in home.tell(requested(credit=standing))] == ["activity.raise.v1"]
    assert home.stages["order_release"] == "held"
    given = home.tell(ReviewDecided("r1", "credit", "approve", "cli:fin", "they paid"))
    assert [each.kind for each in given] == ["activity.close.v1", "warehouse_order.release.v1"]


@pytest.mark.req("A3")
def test_an_order_with_faults_never_reaches_the_warehouse_and_goes_once_they_are_put_right():
    home = house()
    wrong = structs.replace(ORDER.ship_to.address, postcode="")
    given = home.tell(requested(ship_to=structs.replace(ORDER.ship_to, address=wrong)))
    assert [each.kind for each in given] == ["note.record.v1"]
    assert home.open_exceptions() == [("address.incomplete", "/fault/ship_to/address/postcode")]
    given = home.tell(requested(changed_at=stamp("2026-11-21T06:10:00Z")))
    assert [each.kind for each in given] == ["warehouse_order.release.v1"]
    assert home.open_exceptions() == []


@pytest.mark.req("A8")
def test_without_a_warehouse_it_is_cleared_for_its_carriers():
    home = house(warehouse="")
    given = home.tell(ev.FulfilmentRequested(delivery_order()))
    assert [each.kind for each in given] == ["rates.request.v1"]
    assert (home.stages["order_release"], home.stages["order_to_ship"]) == ("cleared", "rating")


MORE = structs.replace(ORDER.lines[0], quantity=Decimal(3))


@pytest.mark.req("A9")
@pytest.mark.parametrize("reached", range(len(TO_PACKED) + 1))
def test_a_change_is_sent_to_the_warehouse_at_every_stage_once(reached):
    home = house()
    home.tell(requested(), *TO_PACKED[:reached])
    given = home.tell(requested(lines=(MORE,), changed_at=stamp("2026-11-21T06:10:00Z")))
    assert [each.kind for each in given if each.partner == WMS] == ["warehouse_order.amend.v1"]
    [amend] = [body_of(each) for each in given if each.partner == WMS]
    assert (amend.revision, amend.order.lines[0].quantity) == (2, 3)
    unimportant = requested(lines=(MORE,), changed_at=stamp("2026-11-21T06:11:00Z"), customer_order="PO-9")
    assert home.tell(unimportant) == []
    home.tell(wh.WarehouseOrderRefused(WMS, REF, 2, "LATE", "picked already"))
    kinds = [kind for kind, _ in home.open_exceptions()]
    assert kinds == (["change.refused"] if reached > 1 else []) or home.stages["order_release"] == "undoing"


@pytest.mark.req("A9")
def test_cancelled_before_the_warehouse_has_it_ends_at_once():
    home = house()
    standing = CreditStanding(money("150", "EUR"), money("100", "EUR"))
    home.tell(requested(credit=standing))
    given = home.tell(cancelled())
    assert [each.kind for each in given] == ["activity.close.v1"]
    assert (home.stages["order_release"], home.stages["credit_hold"]) == ("cancelled", "watching")
    assert home.open_exceptions() == []


@pytest.mark.req("A9", "H8")
@pytest.mark.parametrize("reached", range(len(TO_PACKED) + 1))
def test_cancelled_at_the_warehouse_it_is_stopped_there_first(reached):
    home = house()
    home.tell(requested(), *TO_PACKED[:reached])
    given = home.tell(cancelled())
    assert [each.kind for each in given] == ["warehouse_order.cancel.v1"]
    assert home.stages["order_release"] == "cancelling"
    home.tell(wh.WarehouseOrderCancelled(WMS, REF))
    assert (home.stages["order_release"], home.stages["order_to_ship"]) == ("cancelled", "cancelled")


@pytest.mark.req("A9", "H8")
def test_a_label_is_voided_only_when_the_warehouse_has_stopped_it():
    home = house()
    labelled(home)
    assert [each.kind for each in home.tell(cancelled())] == ["warehouse_order.cancel.v1"]
    assert [each.kind for each in home.tell(wh.WarehouseOrderCancelled(WMS, REF))] == ["label.void.v1"]


@pytest.mark.req("A9")
def test_too_late_to_cancel_it_goes_out_and_somebody_has_to_get_it_back():
    home = house()
    labelled(home)
    home.tell(cancelled())
    assert home.tell(wh.CancellationRefused(WMS, REF, "packed", "on the truck")) == []
    assert home.stages["order_release"] == "packed"
    given = home.tell(SHIPPED)
    assert [each.kind for each in given] == ["transfer.complete.v1"]
    assert [kind for kind, _ in home.open_exceptions()] == ["order.cancelled_too_late", "order.cancelled_after_pickup"]
    assert [each.body.reason for each in home.log if isinstance(each.body, ReturnRequested)] == ["changed_mind"]


@pytest.mark.req("H8")
def test_a_label_bought_and_stock_then_refused_is_undone_in_order_and_the_customer_told():
    home = house()
    labelled(home)
    assert [each.kind for each in home.tell(REFUSED)] == ["label.void.v1"]
    assert home.stages["order_release"] == "undoing"
    [back] = home.tell(VOIDED)
    assert (back.partner, back.kind) == ("odoo", "transfer.release.v1")
    assert not any(isinstance(each.body, OrderUndeliverable) for each in home.log)
    home.tell(ev.RecordWritten("odoo", "transfer.release.v1", body_of(back).marker))
    assert [each.body.reason for each in home.log if isinstance(each.body, OrderUndeliverable)] == [
        "north3pl refused it: no such item (E7)"
    ]
    assert home.stages["order_release"] == "undeliverable"
    assert [kind for kind, _ in home.open_exceptions()] == ["order.undeliverable"]


@pytest.mark.req("H8")
def test_a_step_of_undoing_that_cannot_be_done_is_an_exception_with_everything_and_goes_on_once_it_is():
    home = house()
    labelled(home)
    [void] = home.tell(REFUSED)
    home.tell(ev.CommandFailed(void.key, "easypost", "label.void.v1", "The label was used.", "409", "P1"))
    kinds = [kind for kind, _ in home.open_exceptions()]
    assert kinds == ["compensation.failed", "void.failed"]
    [text] = [each.body.text for each in home.log if getattr(each.body, "kind", "") == "compensation.failed"]
    assert "T1" in text
    assert "The label was used." in text
    [back] = home.tell(VOIDED)
    assert back.kind == "transfer.release.v1"
    assert "compensation.failed" not in [kind for kind, _ in home.open_exceptions()]


def short(quantity: int, remainder: str = "backorder") -> wh.StockShort:
    return wh.StockShort(WMS, REF, "S1", (wh.ShortLine(Item("SKU-1"), Decimal(quantity), line_id="1"),), remainder)


@pytest.mark.req("D10", "D2")
def test_what_is_short_is_an_exception_and_what_leaves_is_written_as_it_is():
    home = house()
    home.tell(requested(), *TO_PACKED, short(1))
    assert home.open_exceptions() == [("stock.shortage", "/sku/SKU-1")]
    one = structs.replace(MOVED, quantity=Decimal(1), lots=(LotQuantity("L1", Decimal(1)),))
    complete, forget = home.tell(wh.GoodsShipped(WMS, REF, "D1", (one,)))
    assert (body_of(complete).lines, body_of(complete).remainder) == ((one,), "backorder")
    assert forget.kind == "warehouse_order.cancel.v1"
    assert home.stages["order_release"] == "shipped"


@pytest.mark.req("D10", "H8")
def test_nothing_there_at_all_undoes_the_order():
    home = house()
    home.tell(requested(), *TO_PACKED[:2])
    [back] = home.tell(short(2, "cancel"))
    assert (back.kind, home.stages["order_release"]) == ("transfer.release.v1", "undoing")


@pytest.mark.req("D2")
def test_an_order_shipped_twice_is_written_once_and_said():
    home = house()
    home.tell(requested(), *TO_PACKED, SHIPPED)
    assert home.tell(structs.replace(SHIPPED, despatch="D2")) == []
    assert [kind for kind, _ in home.open_exceptions()] == ["order.overshipped", "order.shipped_again"]


@pytest.mark.req("H7")
def test_a_silent_warehouse_times_out_at_its_minute():
    home = house()
    home.tell(requested())
    home.pass_time(0.49)
    assert home.open_exceptions() == []
    home.pass_time(0.02)
    assert [kind for kind, _ in home.open_exceptions()] == ["stage.overdue"]
    home.tell(*TO_PACKED[:2])
    assert home.open_exceptions() == []


@pytest.mark.req("A9")
def test_reopened_after_it_was_stopped_it_is_released_anew_under_another_reference():
    home = house()
    home.tell(requested(), *TO_PACKED[:2], cancelled(), wh.WarehouseOrderCancelled(WMS, REF))
    given = home.tell(requested(changed_at=stamp("2026-11-21T07:00:00Z")))
    assert [body_of(each).reference for each in given] == [f"{REF}/2"]


def parked(home: Household, command) -> None:
    home.tell(ev.CommandFailed(f"{command.key}#1", WMS, command.kind, "The key is wrong.", "401"))


@pytest.mark.req("A8", "K2")
def test_a_release_that_was_parked_is_taken_back_when_the_order_is_put_right_and_never_makes_a_second_one():
    home = house()
    [first] = home.tell(requested())
    parked(home, first)
    assert (home.stages["order_release"], home.open_exceptions()[0][0]) == ("attention", "release.failed")
    [second] = home.tell(requested(lines=(MORE,), changed_at=stamp("2026-11-21T06:10:00Z")))
    assert home.effects.withdrawn == [first.key]
    assert body_of(second).reference == body_of(first).reference == REF
    home.tell(*TO_PACKED[:1])
    assert home.open_exceptions() == []


@pytest.mark.req("A9")
def test_cancelled_while_its_release_is_parked_it_ends_at_once_and_the_release_is_taken_back():
    home = house()
    [release] = home.tell(requested())
    parked(home, release)
    assert home.tell(cancelled()) == []
    assert (home.stages["order_release"], home.effects.withdrawn) == ("cancelled", [release.key])


@pytest.mark.req("A9", "C3")
def test_cancelled_after_its_carrier_has_it_no_label_is_voided_and_a_return_is_opened():
    home = house(warehouse="")
    home.tell(
        ev.FulfilmentRequested(delivery_order()), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))), BOOKED, LABEL
    )
    picked_up = TrackingEvent("easypost", "T1", "picked_up", stamp("2026-11-21T13:00:00Z"), raw_code="in_transit")
    home.tell(ev.TrackingReported(picked_up))
    given = home.tell(cancelled())
    assert [each.kind for each in given] == []
    assert [each.body.reason for each in home.log if isinstance(each.body, ReturnRequested)] == ["changed_mind"]
    assert "order.cancelled_after_pickup" in [kind for kind, _ in home.open_exceptions()]
    assert home.state.live_bookings()


@pytest.mark.req("A9", "H6")
def test_cancelled_while_it_is_held_and_its_carrier_has_it_it_waits_for_nobody():
    home = house()
    home.tell(requested(credit=CreditStanding(money("150", "EUR"), money("100", "EUR"))), BOOKED)
    home.tell(ev.TrackingReported(TrackingEvent("easypost", "T1", "picked_up", stamp("2026-11-21T13:00:00Z"))))
    home.tell(cancelled())
    assert home.stages["order_release"] == "cancelled"


ANY = st.sampled_from(
    [
        requested(), requested(lines=(MORE,), changed_at=stamp("2026-11-21T06:10:00Z")), cancelled(30),
        requested(changed_at=stamp("2026-11-21T07:00:00Z")), *TO_PACKED, SHIPPED, REFUSED, BOOKED, LABEL, VOIDED,
        short(1), short(2, "cancel"), wh.WarehouseOrderCancelled(WMS, REF), wh.CancellationRefused(WMS, REF, "packed"),
        ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))), structs.replace(SHIPPED, despatch="D2"),
        requested(credit=CreditStanding(money("150", "EUR"), money("100", "EUR"))),
        ReviewDecided("r1", "credit", "approve", "cli:fin", "x"),
        ev.CommandFailed("k", WMS, "warehouse_order.release.v1", "The key is wrong.", "401"),
        ev.CommandFailed("l", WMS, "warehouse_order.cancel.v1", "The key is wrong.", "401"),
        ReviewDecided("r2", "credit", "reject", "cli:fin", "x"),
    ]
)  # fmt: skip


def answered(home: Household, commands) -> None:
    """The system of record and the carriers do what they are asked."""
    for command in commands:
        body = body_of(command)
        if command.kind == "label.void.v1":
            home.tell(ev.ShipmentVoided(command.partner, body.package_id, body.shipment_id, body.tracking_number))
        elif command.partner == "odoo" and hasattr(body, "marker"):
            home.tell(ev.RecordWritten("odoo", command.kind, body.marker))


@pytest.mark.req("H6", "H8")
@given(st.lists(st.tuples(ANY, st.booleans(), st.sampled_from([0, 0, 0.6, 30])), max_size=18))
@settings(deadline=None, max_examples=200)
def test_whatever_is_said_in_whatever_order_nothing_is_stuck_lost_or_done_twice(story):
    home, unanswered = house(), []
    for body, answers, hours in story:
        unanswered += home.tell(body)
        if answers:
            waiting, unanswered = unanswered, []
            answered(home, waiting)
        home.pass_time(hours)
    seen = 0
    while seen < len(home.commands):
        todo, seen = home.commands[seen:], len(home.commands)
        answered(home, todo)
    home.pass_time(100)
    check(home)


def check(home: Household) -> None:
    keys = [each.key for each in home.commands]
    assert len(keys) == len(set(keys))
    completed = [body_of(each).marker for each in home.commands if each.kind == "transfer.complete.v1"]
    assert len(completed) <= 1
    releases = [body_of(each).reference for each in home.commands if each.kind == "warehouse_order.release.v1"]
    assert len(releases) == len(set(releases))
    told = [each.body.reason for each in home.log if isinstance(each.body, OrderUndeliverable)]
    assert len(told) <= max(1, len(releases))
    stage = home.stages.get("order_release")
    if stage is None:
        return
    if stage in {"cancelled", "undeliverable"}:
        assert not home.state.live_bookings(), "\n".join(
            f"{type(each.body).__name__} {str(each.body)[-90:]}" for each in home.log
        )
    row = next(each for each in CHART.stages if each.name == stage)
    said = {kind for kind, _ in home.open_exceptions()}
    assert row.final or said, f"{stage}: nobody is told that it stands still"
