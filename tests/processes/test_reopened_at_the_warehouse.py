"""An order at its warehouse that is called off and reopened: the warehouse says first what becomes of it."""

from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model import warehouse as wh
from crossdock.model.commands import CommandBody
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.order import Package
from crossdock.model.releasing import OrderUndeliverable
from crossdock.model.transfers import LotQuantity, MovedLine
from crossdock.model.units import Measure
from crossdock.ports.process import Process
from crossdock.processes.order_release import order_release
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.release_work import ReleasePolicy
from crossdock.processes.shipping_policy import OrderToShipPolicy
from processes.calling import BOOKED, OFF, ORDER, VOIDED, quoted
from processes.household import Household

WMS = "north3pl"
UNPACKED = replace(ORDER, packages=())
MOVED = MovedLine(Item("SKU-1"), Decimal(2), lots=(LotQuantity("L1", Decimal(2)),), line_id="1")
TO_PICKED = (wh.WarehouseOrderReleased(WMS, ORDER.id), wh.WarehouseOrderAcknowledged(WMS, ORDER.id))


def packed(reference: str) -> wh.PackagesPacked:
    return wh.PackagesPacked(WMS, reference, (Package("P1", Measure(Decimal(2), "KGM")),))


def processes() -> tuple[Process, Process]:
    gate = OrderToShipPolicy(("easypost",), on_clearance=True)
    return order_release(ReleasePolicy(lambda _: WMS)), order_to_ship(gate)


def house() -> Household:
    """An order at a warehouse that has acknowledged it and packs it."""
    home = Household(*processes())
    home.tell(ev.FulfilmentRequested(UNPACKED), *TO_PICKED, packed(ORDER.id))
    return home


def reopened(**changes) -> ev.FulfilmentRequested:
    return ev.FulfilmentRequested(replace(UNPACKED, changed_at=stamp("2026-11-22T11:00:00Z"), **changes))


@pytest.mark.req("A9", "C4")
def test_reopened_while_the_warehouse_stops_it_it_is_released_anew_and_labelled_once_its_label_is_void():
    home = house()
    home.tell(quoted("s1"), BOOKED, OFF)
    assert home.tell(reopened()) == []
    assert home.stages["order_release"] == "cancelling"
    void, again = home.tell(wh.WarehouseOrderCancelled(WMS, ORDER.id))
    assert (void.kind, again.kind) == ("label.void.v1", "warehouse_order.release.v1")
    assert home.tell(packed(f"{ORDER.id}/2")) == [], "the first label may still live"
    assert [each.kind for each in home.tell(VOIDED)] == ["rates.request.v1"]
    assert home.open_exceptions() == []


@pytest.mark.req("A9")
def test_reopened_and_not_stopped_in_time_it_goes_on_and_the_warehouse_is_told_what_changed():
    home = house()
    home.tell(OFF)
    more = replace(ORDER.lines[0], quantity=Decimal(9))
    assert home.tell(reopened(lines=(more,))) == []
    given = home.tell(wh.CancellationRefused(WMS, ORDER.id, "packed"))
    assert [each.kind for each in given] == ["warehouse_order.amend.v1"]
    assert home.open_exceptions() == [], "it is wanted again: nothing has to come back"


@pytest.mark.req("A9")
@pytest.mark.parametrize("is_told_first", [False, True])
def test_packed_while_it_is_called_off_it_gets_its_labels_when_it_goes_on_after_all(is_told_first):
    home = Household(*processes())
    home.tell(ev.FulfilmentRequested(UNPACKED), *TO_PICKED, OFF, packed(ORDER.id))
    refused = wh.CancellationRefused(WMS, ORDER.id, "packed")
    told = (reopened(), refused) if is_told_first else (refused, reopened())
    assert [each.kind for each in home.tell(*told)] == ["rates.request.v1"]
    assert home.open_exceptions() == []


@pytest.mark.req("A9")
def test_what_left_although_it_was_to_be_stopped_and_is_wanted_again_has_not_to_come_back():
    home = house()
    [done] = home.tell(OFF, reopened(), wh.GoodsShipped(WMS, ORDER.id, "D1", (MOVED,)))[-1:]
    assert (done.kind, home.open_exceptions()) == ("transfer.complete.v1", [])


@pytest.mark.req("A9")
def test_a_warehouse_that_refuses_what_is_wanted_again_undoes_it_for_its_own_reason():
    home = Household(*processes())
    home.tell(ev.FulfilmentRequested(UNPACKED), OFF, reopened())
    [back] = home.tell(wh.WarehouseOrderRefused(WMS, ORDER.id, text="no such item"))
    home.tell(ev.RecordWritten("odoo", "transfer.release.v1", msgspec.json.decode(back.body, type=CommandBody).marker))
    [why] = [each.body.reason for each in home.log if isinstance(each.body, OrderUndeliverable)]
    assert why == "north3pl refused it: no such item"


@pytest.mark.req("A9", "H8")
def test_a_cancellation_that_did_not_get_there_stands_until_it_is_known_what_becomes_of_it():
    home = house()
    [cancel] = home.tell(OFF)
    home.tell(ev.CommandFailed(f"{cancel.key}#1", WMS, cancel.kind, "The key is wrong.", "401"), reopened())
    home.tell(wh.PickStarted(WMS, ORDER.id, "L"))
    assert [kind for kind, _ in home.open_exceptions()] == ["cancellation.failed"]
    home.tell(wh.GoodsShipped(WMS, ORDER.id, "D1", (MOVED,)))
    assert home.open_exceptions() == []


@pytest.mark.req("A9")
def test_packed_while_it_was_called_off_and_shipped_after_all_it_gets_its_labels():
    home = Household(*processes())
    home.tell(ev.FulfilmentRequested(UNPACKED), *TO_PICKED, OFF, packed(ORDER.id), reopened())
    given = home.tell(wh.GoodsShipped(WMS, ORDER.id, "D1", (MOVED,)))
    assert [each.kind for each in given] == ["transfer.complete.v1", "rates.request.v1"]
