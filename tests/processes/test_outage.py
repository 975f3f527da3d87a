"""A carrier that does not take a booking: what is decided by service level, and what is settled first."""

import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.deciding import BookingDiverted, CommandWithdrawn
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.item import DangerousGoods, Item
from crossdock.model.shipment import Booking
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.selection import Constraint
from crossdock.processes.shipping_policy import Fallback, OrderToShipPolicy, Outage
from crossdock.processes.shipping_work import SECOND
from orders import delivery_order, quote, rate
from processes.history import NOON, History

LEVELS = {"express": ("*express*",), "economy": ("*slow*",)}
POLICY = OrderToShipPolicy(("easypost", "ups"), levels=LEVELS)
OFFERS = (
    quote("P1", "s1", rate("a", "3.00")),
    quote("P1", "u1", rate("b", "5.00", carrier="UPS"), partner="ups"),
)


def booking(level: str = "", policy: OrderToShipPolicy = POLICY, offers=OFFERS) -> History:
    """An order whose label was asked for at the cheaper partner."""
    told = History(order_to_ship(policy), delivery_order().id)
    told.tell(ev.FulfilmentRequested(replace(delivery_order(), service_level=level)))
    bought = told.tell(*map(ev.RatesQuoted, offers))
    bought = bought or told.tell(ev.DeadlinePassed("quotes", NOON))
    assert [order.partner for order in bought] == ["easypost"]
    return told


def overdue(told: History) -> list[str]:
    told.tell(ev.DeadlinePassed("outage/P1", NOON))
    return actions(told)


def actions(told: History) -> list[str]:
    return [body.action for body in told.events if isinstance(body, BookingDiverted)]


def key(told: History) -> str:
    return next(body.command_key for body in told.events if isinstance(body, BookingDiverted))


@pytest.mark.req("C9")
def test_an_express_order_is_rerouted_only_after_the_first_carrier_certainly_did_not_book():
    told = booking("UPS Express")
    assert overdue(told) == ["withdraw"]
    assert told.orders[-1].partner == "easypost", "nobody else is asked before it is settled"
    assert told.withdrawn == [key(told)]
    [again] = told.tell(CommandWithdrawn(key(told), "easypost", "label.buy.v1", "P1", "503"))
    assert (again.partner, again.body.rate_id) == ("ups", "b")
    rerouted = [body for body in told.events if isinstance(body, BookingDiverted)][-1]
    assert (rerouted.action, rerouted.to_partner) == ("reroute", "ups")
    assert "certainly not booked with easypost" in rerouted.reason


@pytest.mark.req("C9", "C4")
def test_a_booking_that_was_made_after_all_is_not_made_again_elsewhere():
    told = booking("UPS Express")
    overdue(told)
    [fetch] = told.tell(ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority")))
    assert (fetch.partner, type(fetch.body).__name__) == ("easypost", "FetchLabel")
    assert actions(told) == ["withdraw", "released"]
    assert told.tell(CommandWithdrawn(key(told), "easypost", "label.buy.v1", "P1")) == []


@pytest.mark.req("C9")
def test_an_economy_order_waits_for_its_carrier_and_says_so():
    told = booking("Slow and cheap")
    assert overdue(told) == ["hold"]
    assert told.withdrawn == []
    assert overdue(told) == ["hold"], "it is said once"
    told.tell(ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority")))
    assert actions(told) == ["hold", "released"]


@pytest.mark.req("C9")
def test_dangerous_goods_are_a_persons_decision_whatever_the_order_says():
    policy = replace(POLICY, goods={"SKU-1": Item("SKU-1", dangerous_goods=(DangerousGoods("3481", "9"),))})
    told = booking("UPS Express", policy)
    assert overdue(told) == ["withdraw"]
    assert told.tell(CommandWithdrawn(key(told), "easypost", "label.buy.v1", "P1")) == []
    assert actions(told) == ["withdraw", "person"]
    assert (told.phase, told.raised()) == ("attention", ["carrier.unavailable"])


@pytest.mark.req("C9")
def test_without_another_carrier_it_waits_for_its_own():
    told = booking(offers=OFFERS[:1])
    assert overdue(told) == ["hold"]
    assert "no other carrier offers it" in told.events[-2].reason
    assert told.withdrawn == []
    assert told.raised() == ["carrier.unavailable"], "nobody takes it on, so somebody is told"
    told.tell(ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority")))
    assert told.resolved() == ["carrier.unavailable"]


@pytest.mark.req("C9")
def test_an_offer_that_a_constraint_forbids_is_no_other_carrier():
    wishes = replace(POLICY.wishes, constraints=(Constraint("never with UPS", partners=("ups",), never=True),))
    told = booking("UPS Express", replace(POLICY, wishes=wishes))
    assert overdue(told) == ["hold"]
    assert told.withdrawn == [], "its own carrier is the only one that may have it"


TAKEN = ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority"))
STOPPED = ev.CommandFailed("k#50", "easypost", "label.buy.v1", "Look there.", "in doubt", "P1")


@pytest.mark.req("C9", "C4", "K12")
@pytest.mark.parametrize("ending", [TAKEN, STOPPED, None])
def test_a_booking_in_doubt_is_somebodys_to_know_of_as_soon_as_its_level_cannot_wait(ending):
    told = booking("UPS Express")
    overdue(told)
    assert told.waits["outage/P1"] == 120 * SECOND
    assert told.waits["doubt/P1"] == 30 * SECOND
    assert told.raised() == []
    told.tell(ev.DeadlinePassed("doubt/P1", NOON))
    assert told.raised() == ["booking.in_doubt"]
    assert told.orders[-1].partner == "easypost", "nobody else is asked"
    told.tell(ending or CommandWithdrawn(key(told), "easypost", "label.buy.v1", "P1"))
    assert told.resolved() == ["booking.in_doubt"]


@pytest.mark.req("C9")
def test_a_booking_that_certainly_was_not_made_is_no_exception():
    told = booking("UPS Express")
    overdue(told)
    told.tell(CommandWithdrawn(key(told), "easypost", "label.buy.v1", "P1"))
    told.tell(ev.DeadlinePassed("doubt/P1", NOON))
    assert told.raised() == []


@pytest.mark.req("C9")
def test_each_carrier_is_tried_once():
    third = quote("P1", "f1", rate("c", "9.00", carrier="FedEx"), partner="fedex")
    told = booking(policy=replace(POLICY, carriers=("easypost", "ups", "fedex")), offers=(*OFFERS, third))
    asked = []
    for _ in range(2):
        told.tell(ev.DeadlinePassed("outage/P1", NOON))
        asked += [order.partner for order in told.tell(_last_withdrawn(told))]
    assert asked == ["ups", "fedex"]
    assert overdue(told)[-1] == "hold"


def _last_withdrawn(told: History) -> CommandWithdrawn:
    last = [body for body in told.events if isinstance(body, BookingDiverted) and body.action == "withdraw"][-1]
    return CommandWithdrawn(last.command_key, last.partner, "label.buy.v1", "P1")


@pytest.mark.req("C9")
def test_rules_come_from_configuration():
    told = booking("UPS Express", replace(POLICY, outages={"express": Outage(1, "hold")}))
    assert overdue(told) == ["hold"]
    assert overdue(booking("", replace(POLICY, outages={}))) == [], "no rule: it waits in its lane"


def test_a_cancelled_order_takes_its_purchase_back():
    told = booking()
    told.tell(ev.FulfilmentCancelled(delivery_order().id))
    assert actions(told) == ["withdraw"]
    assert told.tell(CommandWithdrawn(key(told), "easypost", "label.buy.v1", "P1")) == []
    assert told.phase == "cancelled"


THREE = (*OFFERS, quote("P1", "g1", rate("c", "4.00", carrier="GLS"), partner="gls"))


def policy_with(**fallbacks: Fallback) -> OrderToShipPolicy:
    return replace(POLICY, carriers=("easypost", "ups", "gls"), fallbacks=fallbacks)


@pytest.mark.req("K9")
def test_a_carriers_fallback_goes_before_the_service_level():
    hold = booking("UPS Express", policy_with(easypost=Fallback("hold")), THREE)
    assert overdue(hold) == ["hold"]
    words = Fallback("person", words="Use the paper forms.", contacts=("Depot +32",))
    person = booking("slow", policy_with(easypost=words), THREE)
    assert overdue(person) == ["withdraw"]
    person.tell(CommandWithdrawn(key(person), "easypost", "label.buy.v1", "P1", "503"))
    [text] = [body.text for body in person.events if isinstance(body, ExceptionRaised)]
    assert text.endswith("Use the paper forms. Call: Depot +32.")


@pytest.mark.req("K9")
@pytest.mark.parametrize(("named", "taken"), [((), "gls"), (("ups", "gls"), "ups"), (("dhl", "gls"), "gls")])
def test_the_first_carrier_the_fallback_names_that_offers_is_taken(named, taken):
    told = booking("slow", policy_with(easypost=Fallback("reroute", named)), THREE)
    assert overdue(told) == ["withdraw"]
    [again] = told.tell(CommandWithdrawn(key(told), "easypost", "label.buy.v1", "P1", "503"))
    assert again.partner == taken


@pytest.mark.req("K9")
def test_where_none_of_them_offers_it_waits():
    told = booking("slow", policy_with(easypost=Fallback("reroute", ("dhl",))), THREE)
    assert overdue(told) == ["hold"]
