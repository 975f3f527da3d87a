"""What a carrier is told of a package: all of it, under a reference that was never used before."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.commands import BuyLabel, RequestRates
from crossdock.model.customs import Terms
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.instants import stamp
from crossdock.model.item import DangerousGoods, Item
from crossdock.model.money import money
from crossdock.model.order import OrderLine
from crossdock.model.shipment import Booking
from crossdock.model.units import Measure
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from orders import ANTWERP, delivery_order, quote, rate
from processes.history import History

PAINT = Item("PAINT", "Paint", weight=Measure(Decimal(2), "KGM"), hs_code="320810", country_of_origin="DE")
FLAMMABLE = DangerousGoods("1263", "3", "PAINT", "II")


def history(**policy) -> History:
    return History(order_to_ship(OrderToShipPolicy(("easypost",), **policy)), delivery_order().id)


def exported(**changes):
    line = OrderLine("1", PAINT, Decimal(2), value=money("80.00", "EUR"))
    return replace(delivery_order(), ship_from=ANTWERP, lines=(line,), company="ACME BE", **changes)


@pytest.mark.req("C2")
def test_a_package_abroad_carries_its_declaration_dangers_and_company():
    told = history(customs=Terms(eori="BE0123"), goods={"PAINT": replace(PAINT, dangerous_goods=(FLAMMABLE,))})
    [order] = told.tell(ev.FulfilmentRequested(exported()))
    consignment = order.body.consignment
    assert consignment.customs.items[0].value == money("80.00", "EUR")
    assert consignment.customs.eori == "BE0123"
    assert consignment.dangerous_goods == (FLAMMABLE,)
    assert consignment.company == "ACME BE"


@pytest.mark.req("A3", "C2")
def test_missing_customs_data_is_an_exception_that_names_the_line_and_no_carrier_is_asked():
    told = history()
    bare = replace(exported(), lines=(OrderLine("1", Item("PAINT", "Paint"), Decimal(2)),))
    assert [type(order.body).__name__ for order in told.tell(ev.FulfilmentRequested(bare))] == ["RecordNote"]
    assert set(told.raised()) == {"customs.incomplete"}
    texts = [body.text for body in told.events if isinstance(body, ExceptionRaised)]
    assert all(text.startswith("line 1 (PAINT) goes to US and has no ") for text in texts)
    healed = replace(exported(), changed_at=stamp("2026-11-21T09:00:00Z"))
    assert [type(order.body).__name__ for order in told.tell(ev.FulfilmentRequested(healed))] == ["RequestRates"]
    assert len(told.resolved()) == len(texts)


@pytest.mark.req("C4")
def test_every_label_ever_asked_for_has_a_reference_of_its_own():
    told = history()
    first = delivery_order()
    told.tell(ev.FulfilmentRequested(first), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    told.tell(ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority")))
    told.tell(ev.FulfilmentCancelled(first.id, "", stamp("2026-11-22T10:00:00Z")))
    told.tell(ev.ShipmentVoided("easypost", "P1", "s1", "T1"))
    told.tell(ev.FulfilmentRequested(replace(first, changed_at=stamp("2026-11-22T11:00:00Z"))))
    told.tell(ev.RatesQuoted(quote("P1", "s2", rate("r", "5.00"), reference="do:odoo:7/P1/2")))
    asked = [order.body.consignment.reference for order in told.orders if isinstance(order.body, RequestRates)]
    bought = [order.body for order in told.orders if isinstance(order.body, BuyLabel)]
    assert asked == ["do:odoo:7/P1", "do:odoo:7/P1/2"]
    assert [(each.consignment.reference, each.shipment_id) for each in bought] == list(
        zip(asked, ["s1", "s2"], strict=True)
    ), "the shipment opened for the first label is not bought for the second"
