"""Order intake, told histories: what is entered, once, and what stands against it."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.channel_orders import ChannelOrder, ChannelOrderPlaced, Checks
from crossdock.model.exceptions import ExceptionResolved
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.party import Address, Party
from crossdock.model.sales import AmendSalesOrder, PlaceSalesOrder, SalesLine
from crossdock.model.windows import Slot
from crossdock.ports.process import Priority, command_key
from crossdock.processes.order_intake import OrderIntakePolicy, order_intake
from processes.history import History

ADA = Party("Ada", Address(("Korenmarkt 1",), "Gent", "", "9000", "BE"))
ORDER = ChannelOrder("shop", "R-1", ADA, (SalesLine(Item("DESK"), Decimal(2)), SalesLine(Item("LAMP"), Decimal(1))))
WRITTEN = ev.RecordWritten(
    "odoo", "sales_order.place.v1", "m",
    (ev.WrittenDocument("sales_order", "7", "S00007"), ev.WrittenDocument("sales_order_line", "71", "1"),
     ev.WrittenDocument("sales_order_line", "72", "2")),
)  # fmt: skip
AMENDED = ev.RecordWritten("odoo", "sales_order.amend.v1", "m", (ev.WrittenDocument("sales_order", "7", "S00007"),))
FAILED = ev.CommandFailed("k#1", "odoo", "sales_order.place.v1", "Make the item in Odoo, then retry.", "no product")


def history(another="refuse", checks: Checks | None = None) -> History:
    policy = OrderIntakePolicy("odoo", checks or Checks(), another, ("express",))
    return History(order_intake(policy), ORDER.subject)


def placed(order=ORDER, revision=1, **more) -> ChannelOrderPlaced:
    return ChannelOrderPlaced(order, revision, "client", **more)


def of_quantity(*quantities: int) -> ChannelOrder:
    lines = tuple(
        replace(line, quantity=Decimal(each)) for line, each in zip(ORDER.lines, quantities, strict=True)
    )  # fmt: skip
    return replace(ORDER, lines=lines)


@pytest.mark.req("A2")
def test_an_order_is_entered_once_and_is_entered_when_the_answer_is_there():
    told = history()
    [order] = told.tell(placed())
    assert isinstance(order.body, PlaceSalesOrder)
    assert (order.partner, order.body.channel, order.body.reference) == ("odoo", "shop", "R-1")
    assert (told.stage, order.priority) == ("entering", Priority.NORMAL)
    assert told.tell(placed(), WRITTEN, WRITTEN, placed()) == []
    assert told.stage == "entered"


@pytest.mark.req("A2", "K8")
def test_an_express_order_goes_first_and_a_slot_is_its_promise():
    slot = Slot("ghent", "2026-11-23", "am", "2026-11-23T08:00:00+01:00", "2026-11-23T12:00:00+01:00")
    [order] = history().tell(placed(replace(ORDER, service_level="express"), slot=slot, window="taken"))
    assert (order.priority, order.body.promised_for) == (Priority.EXPRESS, stamp("2026-11-23T08:00:00+01:00"))


@pytest.mark.req("A3")
@pytest.mark.parametrize(
    ("order", "found"),
    [
        (replace(ORDER, customer=replace(ADA, address=replace(ADA.address, postcode=" "))),
         ("address.incomplete", "/customer/address/postcode")),
        (replace(ORDER, ship_to=replace(ADA, address=replace(ADA.address, city=""))),
         ("address.incomplete", "/ship_to/address/city")),
        (replace(ORDER, lines=()), ("order.empty", "/lines")),
        (of_quantity(2, 0), ("quantity.invalid", "/lines/1/quantity")),
        (replace(ORDER, lines=(replace(ORDER.lines[0], quantity=Decimal("1.5")),)),
         ("quantity.invalid", "/lines/0/quantity")),
        (replace(ORDER, lines=(ORDER.lines[0], ORDER.lines[1], ORDER.lines[0])), ("line.duplicate", "/lines/2")),
        (replace(ORDER, lines=(SalesLine(Item("GHOST"), Decimal(1)),)), ("sku.unknown", "/lines/0/sku")),
    ],
)  # fmt: skip
def test_each_fault_is_an_exception_at_its_place_and_nothing_is_sent(order, found):
    told = history(checks=Checks(known_skus=("DESK*", "LAMP")))
    assert told.tell(placed(order)) == []
    raised = [(body.kind, body.pointer) for body in told.events]
    assert (raised, told.stage) == ([found], "rejected")
    assert len(told.tell(placed(revision=2))) == 1
    assert told.resolved() == [found[0]]


@pytest.mark.req("A3")
def test_a_sku_stock_was_reported_of_is_known():
    checks = Checks(skus_by_stock=True)
    assert history(checks=checks).tell(placed(known=("DESK", "LAMP")))
    told = history(checks=checks)
    assert told.tell(placed(known=("LAMP",))) == []
    assert told.raised() == ["sku.unknown"]


@pytest.mark.req("A2")
def test_what_failed_is_withdrawn_when_the_channel_sends_it_better():
    told = history()
    told.tell(placed())
    first = command_key("order_intake", told.told[0], "place")
    told.tell(FAILED)
    assert (told.stage, told.raised()) == ("attention", ["order.not_entered"])
    [again] = told.tell(placed(of_quantity(3, 1), 2))
    assert (told.stage, told.withdrawn, again.body.lines[0].quantity) == ("entering", [first], 3)
    told.tell(WRITTEN)
    assert (told.stage, told.resolved()) == ("entered", ["order.not_entered"])


@pytest.mark.req("A2")
def test_a_person_who_retries_it_ends_the_exception():
    told = history()
    told.tell(placed(), FAILED, WRITTEN)
    assert (told.stage, told.resolved()) == ("entered", ["order.not_entered"])


@pytest.mark.req("A9")
def test_quantities_are_amended_one_after_the_other_and_always_against_what_was_entered():
    told = history("amend")
    told.tell(placed(), WRITTEN)
    [first] = told.tell(placed(of_quantity(5, 1), 2))
    assert isinstance(first.body, AmendSalesOrder)
    assert [(each.line_id, each.quantity) for each in first.body.changes] == [("71", 5)]
    assert told.tell(placed(of_quantity(5, 4), 3)) == []
    [second] = told.tell(AMENDED)
    assert [(each.line_id, each.quantity) for each in second.body.changes] == [("72", 4)]
    told.tell(replace(FAILED, what="sales_order.amend.v1"))
    [third] = told.tell(placed(of_quantity(6, 4), 4))
    assert [(each.line_id, each.quantity) for each in third.body.changes] == [("71", 6), ("72", 4)]
    told.tell(replace(AMENDED, marker="m2"))
    assert (told.stage, told.resolved()) == ("entered", ["order.not_entered"])


@pytest.mark.req("A9", "H6")
@pytest.mark.parametrize("answer", [WRITTEN, AMENDED])
def test_an_answer_that_is_told_again_is_not_the_answer_to_what_was_asked_after_it(answer):
    told = history("amend")
    told.tell(placed(), WRITTEN, placed(of_quantity(5, 1), 2))
    if answer is AMENDED:
        told.tell(placed(of_quantity(5, 4), 3), AMENDED)
    told.tell(answer)
    assert told.stage == "amending"


@pytest.mark.req("A9", "H6")
def test_a_change_that_was_parked_is_taken_back_when_the_channel_takes_it_back():
    told = history("amend")
    told.tell(placed(), WRITTEN, placed(of_quantity(5, 1), 2))
    amend = command_key("order_intake", told.told[-1], "amend")
    told.tell(replace(FAILED, what="sales_order.amend.v1"), placed(ORDER, 3))
    assert (told.stage, told.withdrawn) == ("entered", [amend])


@pytest.mark.req("A9", "H6")
def test_a_person_who_changed_it_by_hand_ends_the_exception_and_another_change_is_said_again():
    told = history()
    told.tell(placed(), WRITTEN, placed(of_quantity(3, 1), 2))
    [said] = [each for each in told.events if each.kind == "order.changed_after_entry"]
    told.tell(ExceptionResolved(said.kind, said.pointer, said.cause, "cli:ann", "done by hand"))
    assert told.stage == "entered"
    told.tell(placed(ORDER, 3))
    assert (told.stage, told.raised()) == ("attention", ["order.changed_after_entry"] * 2)


@pytest.mark.req("A9")
@pytest.mark.parametrize("another", ["refuse", "amend"])
def test_what_cannot_be_changed_waits_for_a_person(another):
    told = history(another)
    told.tell(placed(), WRITTEN)
    assert told.tell(placed(replace(ORDER, note="ring twice"), 2)) == []
    assert (told.stage, told.raised()) == ("attention", ["order.changed_after_entry"])
    assert told.tell(placed(ORDER, 3)) == []
    assert (told.stage, told.resolved()) == ("entered", ["order.changed_after_entry"])


steps = st.lists(
    st.one_of(
        st.tuples(st.just("placed"), st.integers(-1, 4), st.integers(0, 2)),
        st.sampled_from([("written",), ("failed",), ("amended",)]),
    ),
    max_size=14,
)


@pytest.mark.req("A2", "H6")
@given(steps, st.sampled_from(["refuse", "amend"]))
@settings(deadline=None)
def test_whatever_comes_in_whatever_order_it_follows_its_chart_and_its_exceptions_end_once(story, another):
    told, revision = history(another), 0
    bodies = {"written": WRITTEN, "amended": AMENDED}
    seen = set()
    for number, (kind, *rest) in enumerate(story):
        if kind == "placed":
            revision += 1
            body = placed(of_quantity(rest[0], rest[1] or 1), revision if rest[1] else max(1, revision - 1))
        elif kind == "failed":
            body = replace(FAILED, command_key=f"k#{number}")
        else:
            body = bodies[kind]
        if body.identity() not in seen:  # the log has no fact twice
            seen.add(body.identity())
            told.tell(body)
    places = [order.name for order in told.orders]
    asked = places.index("amend") if "amend" in places else len(places)
    assert "place" not in places[asked:], "what was entered is changed, not entered again"
    assert "amend" not in places or WRITTEN.identity() in seen
    opened = [(body.kind, body.pointer, body.cause) for body in told.events if type(body).__name__ == "ExceptionRaised"]
    closed = [(body.kind, body.pointer, body.cause) for body in told.events if type(body).__name__ != "ExceptionRaised"]
    assert len(set(opened)) == len(opened)
    assert len(set(closed)) == len(closed)
    assert set(closed) <= set(opened)
    if told.stage == "entered":
        assert set(opened) == set(closed)
