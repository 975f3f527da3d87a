"""Freight charges on the road: a carrier's file, charges that find their parcel, and those that a person links."""

import msgspec
import pytest
from sqlalchemy import delete

from backbone.test_rebuild import rebuilder
from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.exceptions_desk import Asked, Resolve, act
from crossdock.backbone.kpis import Window, read, terms_of
from crossdock.backbone.linking import Linking, NoSuchOrder, Unlinkable, link
from crossdock.backbone.unmatched_charges import UnmatchedCharges
from crossdock.connectors.generic.spec import SPEC
from crossdock.devkit.specimen import InventedSecrets, NoNetwork
from crossdock.model.events import Fact, FulfilmentRequested, ShipmentBooked
from crossdock.model.freight import FreightCharged, ReferenceLinked
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import from_epoch_us
from crossdock.model.money import Money
from crossdock.model.names import names_of
from crossdock.model.shipment import Booking
from crossdock.ports.connector import Received
from crossdock.ports.spec import Kind, Surroundings
from crossdock.ports.stores_doors import Audited
from crossdock.processes.exception_desk import exception_desk
from crossdock.processes.exception_policy import DeskPolicy
from crossdock.settings.sections import PartnerSettings, Settings
from crossdock.storage.tables_work import REFERENCE
from crossdock.views.charging import totals
from crossdock.views.kpis import board_of
from crossdock.views.linking import named, proposal, waiting_of
from crossdock.views.timeline import story_of
from hubs import scripted_hub
from orders import delivery_order

CONFIG = {
    "format": "csv",
    "delimiter": ";",
    "order": "dmy",
    "fields": {"number": "number", "time": "time"},
    "charges": {
        "decimal": ",",
        "currency": "EUR",
        "fields": {
            "number": "Sendung", "amount": "Betrag", "invoice": "Rechnung", "line": "Pos", "billed_on": "Datum",
            "text": "Text", "code": "Art",
        },
    },
}  # fmt: skip
HEAD = "Rechnung;Pos;Datum;Sendung;Art;Text;Betrag\n"
DESK = exception_desk(DeskPolicy())
BOARD = board_of(
    Settings(partners={"acme": PartnerSettings("generic", CONFIG)}), {"acme": Kind.CARRIER}
)  # fmt: skip


def lines(*numbers, invoice="INV1"):
    rows = (f"{invoice};{at};04.03.2026;{number};FRT;Paket;1.012,{at}0\n" for at, number in enumerate(numbers, 1))
    return (HEAD + "".join(rows)).encode()


class Road:
    """A carrier's charges through the whole road, with the exception desk behind it."""

    def __init__(self, url):
        given = Surroundings("acme", msgspec.convert(CONFIG, SPEC.config), NoNetwork(), None, InventedSecrets())
        carrier = SPEC.build(given)
        carrier.partner = "acme"
        self.hub = scripted_hub(carrier, processes=[DESK], url=url)
        self.store = self.hub.store
        self.sweep = UnmatchedCharges(self.store, 2)
        self.count = 0

    async def comes(self, body, channel="charges"):
        self.count += 1
        message = Received(channel, body, {}, self.hub.clock.now())
        kept = await self.hub.intake.take("acme", message, f"m{self.count}")
        await self.hub.engine.settle_all()
        return kept.exchange_id

    async def order(self, number, *parcels):
        """An order, and its parcels with the carrier."""
        order = delivery_order(number)
        bodies = [FulfilmentRequested(order)]
        bodies += [ShipmentBooked(Booking("acme", f"P{each}", f"S{each}", each, "Acme", "std")) for each in parcels]
        now, subject = self.hub.clock.now(), f"do:odoo:{number}"
        facts = [Fact(b, from_epoch_us(now), subject=subject, binds=names_of(b, "odoo")) for b in bodies]
        await self.store.run(lambda tx: place(tx, [(Origin("", "odoo", now, "0" * 32), facts)], now))
        await self.hub.engine.settle_all()
        return subject

    async def look(self, hours=0):
        self.hub.clock.advance(hours * 3600)
        moved = await self.sweep(self.hub.clock.now())
        await self.hub.engine.settle_all()
        return moved

    async def link(self, reference, subject, reason="their typing"):
        asked, now = Linking(reference, subject, "cli:mara", reason), self.hub.clock.now()
        found = await self.store.run(lambda tx: link(tx, asked, now))
        await self.hub.engine.settle_all()
        return found

    async def read(self, step):
        return await self.store.read(step)

    async def figure(self):
        terms, now = terms_of(BOARD, "unmatched_freight_charges"), self.hub.clock.now()
        return (await self.read(lambda tx: read(tx, BOARD, terms, now, Window(until=now)))).value

    async def charged(self, subject):
        events = await self.read(lambda tx: tx.log.of_subject(subject))
        return [str(each.body.amount) for each in events if isinstance(each.body, FreightCharged)]

    async def standing(self):
        return (await self.read(lambda tx: tx.views.exceptions(kind="freight.unmatched")))[0]


@pytest.fixture
async def road(url):
    road = Road(url)
    await road.store.migrate()
    yield road
    await road.store.close()


def tracking(number):
    return Reference(ReferenceKind.TRACKING, number)


@pytest.mark.req("G3", "L9")
async def test_five_lines_with_no_shipment_are_five_and_linked_by_hand_none_with_audit_entries(road):
    subject = await road.order(1, "T1")
    await road.comes(lines("T1", "X1", "X2", "X3", "X4", "X5"))
    assert await road.charged(subject) == ["1012.10 EUR"]
    assert (await road.look(1.9), await road.figure()) == (0, 0), "two hours have not passed"
    assert (await road.look(0.2), await road.figure()) == (5, 5)
    assert await road.look(1) == 0, "each is said once"
    for number in ("X1", "X2", "X3", "X4", "X5"):
        [event] = await road.link(tracking(number), subject)
        assert event.body.tracking_number == number
    assert await road.figure() == 0
    assert await road.charged(subject) == [f"1012.{each}0 EUR" for each in range(1, 7)]
    entries, _ = await road.read(lambda tx: tx.doors.audited(Audited(action="reference.link")))
    assert [(each.actor, each.target) for each in entries] == [("cli:mara", subject)] * 5
    assert entries[-1].detail == "tracking_number X1: their typing"
    assert await road.look(5) == 0, "nothing is raised or resolved again"
    await road.comes(lines("T1", "X1", "X2", "X3", "X4", "X5"))
    assert (len(await road.charged(subject)), await road.look(5)) == (6, 0), "the same file twice says nothing twice"


@pytest.mark.req("G3", "L9")
async def test_an_exception_says_what_is_charged_and_ends_by_itself_when_the_parcel_is_known(road):
    await road.comes(lines("T7"))
    await road.look(3)
    [row] = await road.standing()
    assert row.text == (
        "acme charges 1012.10 EUR for FRT on invoice INV1, line 1: no shipment has the number T7."
    )  # fmt: skip
    case = row.case
    assert (case.value, case.currency, case.partner, case.pointer) == (101210, "EUR", "acme", "/charges/INV1/1")
    subject = await road.order(7, "T7")
    assert await road.charged(subject) == ["1012.10 EUR"]
    assert await road.look() == 1
    assert await road.standing() == []


@pytest.mark.req("G3")
async def test_one_that_a_person_ended_is_not_raised_again(road):
    await road.comes(lines("T7"))
    await road.look(3)
    [row] = await road.standing()
    now = road.hub.clock.now()
    await road.store.run(lambda tx: act(tx, [row.case], Asked("1", "cli:mara", "disputed", Resolve()), now))
    await road.hub.engine.settle_all()
    assert (await road.look(48), await road.figure()) == (0, 0)


@pytest.mark.req("G3")
async def test_a_line_that_names_no_parcel_is_linked_by_itself_and_the_others_stay(road):
    subject = await road.order(1)
    await road.comes(lines("", ""))
    await road.look(3)
    assert "it names no shipment" in (await road.standing())[0].text
    own = Reference(ReferenceKind.CHARGE, "INV1/2", "acme")
    assert await road.read(lambda tx: named(tx, "INV1/2")) == own
    await road.link(own, subject)
    assert (await road.charged(subject), await road.figure()) == (["1012.20 EUR"], 1)


async def test_a_line_that_was_linked_alone_stays_where_it_is_when_the_file_comes_again(road):
    first, second = await road.order(1), await road.order(2)
    await road.comes(lines("T9", "T9"))
    await road.link(Reference(ReferenceKind.CHARGE, "INV1/1", "acme"), first)
    await road.link(tracking("T9"), second)
    for _ in range(2):
        await road.comes(lines("T9", "T9"))
        assert (await road.charged(first), await road.charged(second)) == (["1012.10 EUR"], ["1012.20 EUR"])
        kinds = {each.case.kind for each in (await road.read(lambda tx: tx.views.exceptions()))[0]}
        assert "reference.ambiguous" not in kinds


async def test_what_else_waits_for_a_number_is_set_free_and_shown_before(road):
    subject = await road.order(1, "T1")
    scan = await road.comes(b"number;time\nT9;2026-03-04T10:00:00Z\n", "events")
    await road.comes(lines("T9"))
    found = await road.read(lambda tx: proposal(tx, named(tx, "T9"), "T1"))
    assert (found.subject, found.count, found.row.subject) == (subject, 2, subject)
    assert [each.names[0] for each in await road.read(lambda tx: waiting_of(tx, scan))] == [tracking("T9")]
    assert len(await road.link(found.reference, found.subject)) == 2
    assert (await road.read(lambda tx: tx.views.exchange(scan))).row.status == "translated"
    story = await road.read(lambda tx: story_of(tx, "T9"))
    assert story.subject == subject
    assert totals(story.charges) == (Money(101210, "EUR"),)
    assert {"acme charges 1012.10 EUR for Paket", "Tracking number T9 linked by cli:mara"} <= {
        each.title for each in story.entries
    }


async def test_names_of_others_and_of_nobody_are_refused_and_change_nothing(road):
    first, second = await road.order(1, "T1"), await road.order(2, "T2")
    for reference, subject, refusal, why in (
        (tracking("T1"), second, Unlinkable, f"'T1' belongs to {first} already"),
        (tracking("T1"), first, Unlinkable, "belongs to this order already"),
        (tracking("X"), "do:odoo:99", NoSuchOrder, "Nobody here knows"),
        (tracking(""), first, Unlinkable, "Only names of what was sent"),
        (Reference(ReferenceKind.SKU, "DESK"), first, Unlinkable, "Only names of what was sent"),
        (Reference(ReferenceKind.TRACKING, "X", "acme"), first, Unlinkable, "without an issuer"),
        (Reference(ReferenceKind.CHARGE, "INV1/1"), first, Unlinkable, "with its issuer"),
        (tracking("X"), "charge:acme:69f5", NoSuchOrder, "is no order"),
        (tracking("X"), "feed:acme", NoSuchOrder, "is no order"),
    ):
        with pytest.raises(refusal, match=why):
            await road.link(reference, subject)
    assert await road.read(lambda tx: tx.doors.audited(Audited(action="reference.link"))[0]) == []
    with pytest.raises(NoSuchOrder):
        await road.read(lambda tx: proposal(tx, tracking("X"), "S9999"))


async def test_a_number_mistyped_by_one_key_leads_to_the_order_that_is_meant(road):
    subject = await road.order(1, "9400100000000000000007")
    await road.comes(lines("9400100000000000000017"))
    found = await road.read(lambda tx: proposal(tx, named(tx, "9400100000000000000017"), "", suggest=True))
    assert [(each.value, each.row.subject) for each in found.near] == [("9400100000000000000007", subject)]


async def test_more_than_one_round_sees_them_all_and_ends_them_all(road, monkeypatch):
    monkeypatch.setattr("crossdock.backbone.unmatched_charges._ROWS", 3)
    await road.comes(lines(*(f"X{each}" for each in range(1, 8))))
    assert [await road.look(2), await road.look(), await road.look(), await road.look()] == [3, 3, 1, 0]
    assert await road.figure() == 7
    await road.order(1, *(f"X{each}" for each in range(1, 8)))
    for _ in range(4):
        await road.look()
    assert await road.figure() == 0


def test_a_link_by_hand_is_read_from_the_log_like_any_name():
    body = ReferenceLinked("tracking_number", "X1", "cli:mara", "typing")
    assert names_of(body, "") == (tracking("X1"),)
    charge = ReferenceLinked("freight_charge", "INV1/2", "cli:mara", "typing", "acme")
    assert names_of(charge, "") == (Reference(ReferenceKind.CHARGE, "INV1/2", "acme"),)


@pytest.mark.req("G3", "K17")
async def test_a_rebuild_gives_the_link_the_charges_and_the_exceptions_again(road):
    subject, name = await road.order(1, "T1"), tracking("X1")
    await road.comes(lines("X1", "X2"))
    await road.look(3)
    await road.link(name, subject)

    def kept(tx):
        cases = tx.views.exceptions(kind="freight.unmatched", open_only=False, limit=9)[0]
        return tx.references.lookup([name]), sorted((row.subject, row.case) for row in cases)

    before = await road.read(kept)
    assert (await rebuilder(road.hub, DESK).check()).equal
    cases = [row.subject for row in await road.standing()]
    await road.store.run(lambda tx: tx.exceptions.drop(cases))
    gone = delete(REFERENCE).where(REFERENCE.c.value == "X1")
    await road.store.run(lambda tx: tx.references._connection.execute(gone))
    assert await road.read(kept) != before
    assert (await rebuilder(road.hub, DESK).rebuild()).healed
    assert await road.read(kept) == before
