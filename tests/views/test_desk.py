"""What the carriers' desk is shown: jobs and the day's shipments."""

import msgspec
import pytest

from crossdock.backbone import desk
from crossdock.model import events as ev
from crossdock.model.collecting import AddressChecked
from crossdock.model.commands import CheckAddress
from crossdock.model.desk import Book, DeskRequested, Relay, Return, Void
from crossdock.model.exceptions import ExceptionResolved
from crossdock.model.fulfilment import FulfilmentState, apply, summary_of
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.party import Address
from crossdock.model.shipment import Booking
from crossdock.ports.stores import NewEvent, StateRow
from crossdock.views.desk import end_of_day, job_of
from orders import CUSTOMER
from views.seeding import DOUBTFUL, NOW, SECOND

LATER = NOW + 1800 * SECOND
RELAY = Relay("ups", CheckAddress("ad-1", CUSTOMER))


async def tell(store, subject: str, *bodies: ev.EventBody, at: int = LATER) -> None:
    facts = [ev.Fact(body, from_epoch_us(at), subject=subject) for body in bodies]
    rows = [NewEvent(fact.key(subject), subject, fact, at, "", "", trace_id_of(subject)) for fact in facts]
    await store.run(lambda tx: tx.log.append(rows, at))


async def asked(store, subject: str, request: DeskRequested):
    await store.run(lambda tx: desk.ask(tx, subject, request, LATER))


async def job(store, name: str):
    return await store.read(lambda tx: job_of(tx, name))


@pytest.mark.req("C11")
async def test_a_job_says_what_the_carrier_answered(store):
    subject = desk.subject_of("ups", "ad-1")
    await asked(store, subject, DeskRequested("j1", "cli:ann", RELAY))
    assert (await job(store, "j1")).text == "nobody has taken it up yet"
    summary = summary_of(FulfilmentState(), "")
    await store.run(lambda tx: tx.states.save([StateRow(subject, b"{}", {}, 1, summary)]))
    better = Address(("12 Example St",), "Portland", "OR", "97201", "US")
    await tell(store, subject, AddressChecked("ups", "ad-1", "corrected", better, ("moved",)))
    found = await job(store, "j1")
    assert (found.state, found.text) == ("done", "corrected; it should be 12 Example St, 97201, Portland; moved")


@pytest.mark.req("C5")
async def test_a_job_that_waits_for_its_carrier_says_so(store):
    await asked(store, DOUBTFUL, DeskRequested("j1", "cli:ann", Void("P1")))
    found = await job(store, "j1")
    assert (found.state, found.text) == ("working", "easypost is asked what became of it")


@pytest.mark.req("C4", "C5")
async def test_voiding_a_label_that_was_only_feared_is_done_when_its_exception_ends(store):
    await asked(store, DOUBTFUL, DeskRequested("j1", "cli:ann", Void("P1")))
    await tell(store, DOUBTFUL, ExceptionResolved("label.maybe_bought", "/packages/P1", "c"))
    assert (await job(store, "j1")).state == "done"


@pytest.mark.req("C11")
async def test_another_packages_void_is_not_this_ones(store):
    await asked(store, DOUBTFUL, DeskRequested("j1", "cli:ann", Void("P1")))
    await tell(store, DOUBTFUL, ev.ShipmentVoided("easypost", "P2", "s2", "T2"))
    assert (await job(store, "j1")).state == "working"
    await tell(store, DOUBTFUL, ev.ShipmentVoided("easypost", "P1", "s1", "T1"))
    assert (await job(store, "j1")).state == "done"


@pytest.mark.req("C5", "C3")
async def test_a_job_names_the_labels_it_is_about(store):
    bookings = [Booking("ups", each, f"s{each}", f"T{each}", "UPS", "Ground") for each in ("P1", "P10", "P1:return")]
    bodies = [ev.ShipmentBooked(each) for each in bookings]
    state = FulfilmentState()
    for body in bodies:
        apply(state, body, "k")
    await tell(store, "do:odoo:70", *bodies)
    row = StateRow("do:odoo:70", msgspec.json.encode(state), {}, 1, summary_of(state, ""))
    await store.run(lambda tx: tx.states.save([row]))
    wishes = {"j1": Book(), "j2": Void("P1"), "j3": Return("P1")}
    for name, wish in wishes.items():
        await asked(store, "do:odoo:70", DeskRequested(name, "cli:ann", wish))
    told = {name: (await job(store, name)).tracking_numbers for name in wishes}
    assert told == {"j1": ("TP1", "TP10"), "j2": ("TP1",), "j3": ("TP1:return",)}


@pytest.mark.req("C3", "C11")
async def test_ways_back_and_void_labels_are_not_handed_over_at_the_end_of_the_day(store):
    booked = [("P1", "s1", "T1"), ("P1:return", "s2", "R1"), ("P2", "s3", "T3")]
    await tell(store, "do:odoo:70", *(ev.ShipmentBooked(Booking("ups", *each, "UPS", "Ground")) for each in booked))
    await tell(store, "do:odoo:70", ev.ShipmentVoided("ups", "P2", "s3", "T3"))
    lines = await store.read(lambda tx: end_of_day(tx, LATER, LATER + SECOND, "ups"))
    assert [each.tracking_number for each in lines] == ["T1"]
