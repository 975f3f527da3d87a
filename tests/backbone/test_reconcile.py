"""Reconciliation over simulated partners: what was lost on the way is found, told with both values, and healed once."""

import base64

import msgspec
import pytest

from crossdock.backbone.reconcile import Errand
from crossdock.model.events import TrackingReported
from crossdock.ports.connector import Received
from crossdock.ports.reconcile import Healing
from crossdock.ports.wire import HttpRequest
from demo_road import KEY, DemoRoad

DAY = 86_400_000_000
PICKING = "stock.picking"


class Road(DemoRoad):
    """The demo road, on which the carrier's webhooks can be dropped and both feeds stay silent."""

    def __init__(self, orders, **where):
        super().__init__(orders=orders, **where)
        self.dropped = []
        self.dropping = False

    async def start(self):
        await self.hub.store.migrate()
        await self._until(lambda: len(self.easypost.live_labels()) >= self.orders)
        return self

    async def settled(self):
        """Everything that is in the store is worked off; nothing is polled."""
        await self.hub.engine.lease()
        await self.hub.engine.settle_all()

    async def push(self):
        """What the carrier has to tell is brought, or dropped."""
        for webhook in self.easypost.take_webhooks(self.clock.now()):
            self.easypost.webhook_answered(webhook, 200, self.clock.now())
            if self.dropping:
                self.dropped.append(webhook)
            else:
                await self._deliver(webhook)
        await self.settled()

    def scan(self, code, status):
        arguments = {"tracking_code": code, "status": status, "status_detail": "unknown"}
        self.easypost.control("advance", arguments, self.clock.now())

    def codes(self):
        return sorted(code for codes in self.easypost.live_labels().values() for code in codes)

    async def reconcile(self, partner, *, heal=True):
        self.clock.advance(20 * 60)
        errand = Errand(partner, self.clock.now() - 7 * DAY, heal, "test")
        account = await self.hub.reconciler.run(errand)
        await self.settled()
        assert not account.problem, account
        return account

    async def events(self):
        found, after = [], ""
        while True:
            page, after = await self.hub.store.read(lambda tx, at=after: tx.views.events(after=at, limit=500))
            found += page
            if not after:
                return found

    async def keys(self):
        return {(event.subject, event.key) for event in await self.events()}

    def in_odoo(self, method, ids, **arguments):
        given = {"model": PICKING, "method": method, "ids": ids, "arguments": arguments}
        return self.odoo.control("call", given, self.clock.now())

    def buy_behind_our_back(self, reference):
        """Somebody buys a label of one of our shipments once more; the new shipment."""
        twin = next(each for each in self.easypost.state()["shipments"] if each["reference"] == reference)
        places = {name: {k: v for k, v in twin[name].items() if v} for name in ("to_address", "from_address")}
        parcel = {"weight": twin["parcel"]["weight"]}
        made = self.at_carrier("/v2/shipments", {"shipment": {"reference": reference, "parcel": parcel, **places}})
        self.at_carrier(f"/v2/shipments/{made['id']}/buy", {"rate": {"id": made["rates"][0]["id"]}})
        self.easypost.take_webhooks(self.clock.now())
        return made["id"]

    def code_of(self, shipment):
        return next(each["tracking_code"] for each in self.easypost.state()["shipments"] if each["id"] == shipment)

    def at_carrier(self, path, body):
        headers = {"Authorization": f"Basic {base64.b64encode(f'{KEY}:'.encode()).decode()}"}
        url = f"https://{self.easypost.hosts[0]}{path}"
        answer = self.easypost.handle(HttpRequest("POST", url, headers, msgspec.json.encode(body)), self.clock.now())
        assert answer.status in {200, 201}, answer.body
        return msgspec.json.decode(answer.body)

    async def exceptions(self, *, open_only=True):
        rows, _ = await self.hub.store.read(lambda tx: tx.views.exceptions(open_only=open_only, limit=100))
        return [row for row in rows if row.kind == "reconciliation.gap"]


def scans(events):
    return [event for event in events if isinstance(event.body, TrackingReported)]


@pytest.mark.req("J2", "L12")
async def test_fifty_dropped_webhooks_are_recovered_and_nothing_else():
    road = await Road(50).start()
    before = await road.keys()
    road.dropping = True
    for code in road.codes():
        road.scan(code, "in_transit")
    await road.push()
    assert len(road.dropped) == 50
    assert await road.keys() == before

    account = await road.reconcile("easypost")

    assert account.kinds == {"differs": 50}
    assert account.healed == {Healing.FETCH: 50}
    told = road.hub.connectors["easypost"].translate
    lost = {fact.key() for webhook in road.dropped for fact in told(message(webhook)).facts}
    recovered = [event for event in await road.events() if (event.subject, event.key) not in before]
    assert len(scans(recovered)) == 50
    assert {event.key for event in scans(recovered)} == lost - {key for _, key in before}

    after = await road.keys()
    again = await road.reconcile("easypost")
    assert again.kinds == {}
    assert again.compared == account.compared == 100  # a label and a journey each
    assert await road.keys() == after


class Seven:
    """Seven orders on the road with their labels, and one thing wrong with each."""

    def __init__(self, road):
        rows = sorted(road.odoo.state().values(), key=lambda row: row["id"])
        self.road = road
        self.ids = [row["id"] for row in rows]
        self.codes = {row["id"]: row["tracking"] for row in rows}
        self.erased, self.detached, self.cancelled, self.deleted, self.amended, self.scanned, self.doubled = self.ids
        self.orphan = ""

    async def go_wrong(self):
        road = self.road
        road.in_odoo("write", [self.erased], vals={"carrier_tracking_ref": False})
        road.odoo.control("call", self._unlink("ir.attachment", self._label()), road.clock.now())
        road.clock.advance(60)
        road.in_odoo("action_cancel", [self.cancelled])
        road.in_odoo("unlink", [self.deleted])
        moves = [row for row in road.odoo.database.rows["stock.move"].values() if row["picking_id"] == self.amended]
        amended = {"model": "stock.move", "ids": [moves[0]["id"]], "values": {"product_uom_qty": 9.0}}
        road.odoo.control("write", amended, road.clock.now())
        road.dropping = True
        road.scan(self.codes[self.scanned], "in_transit")
        await road.push()
        self.orphan = road.buy_behind_our_back(f"do:odoo:{self.doubled}/P1")
        return self

    def _label(self):
        rows = self.road.odoo.database.rows["ir.attachment"].values()
        return next(row["id"] for row in rows if (row["res_model"], row["res_id"]) == (PICKING, self.detached))

    @staticmethod
    def _unlink(model, record):
        return {"model": model, "method": "unlink", "ids": [record]}


@pytest.fixture(params=["stock", "addon", "action"])
def tier(request):
    return request.param


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tier):
    """The tier Odoo allows, and the database of the store."""
    postgresql = request.param == "postgresql"
    return {
        "tier": tier,
        "store": request.getfixturevalue("postgres_url") if postgresql else "sqlite:///:memory:",
    }


async def both(road, *, heal=True):
    return [await road.reconcile("odoo", heal=heal), await road.reconcile("easypost", heal=heal)]


@pytest.mark.req("J2", "L12")
async def test_seven_different_gaps_are_told_each_with_both_values(where):
    seven = await Seven(await Road(7, **where).start()).go_wrong()
    accounts = await both(seven.road, heal=False)
    gaps = {(gap.thing, gap.id, gap.aspect): gap for account in accounts for gap in account.gaps}
    assert len(gaps) == sum(sum(account.kinds.values()) for account in accounts) == 7
    order, scans_of, label = "delivery_order", ("journey", seven.codes[seven.scanned], "scans"), ("label", seven.orphan)
    assert {key: (gap.kind, gap.healing, gap.owner) for key, gap in gaps.items()} == {
        (order, str(seven.erased), "tracking_numbers"): ("differs", Healing.RESEND, "crossdock"),
        (order, str(seven.detached), "attachments"): ("differs", Healing.RESEND, "crossdock"),
        (order, str(seven.cancelled), "cancelled"): ("differs", Healing.FETCH, "erp"),
        (order, str(seven.deleted), "exists"): ("missing_there", Healing.FETCH, "erp"),
        (order, str(seven.amended), "demand"): ("differs", Healing.FETCH, "erp"),
        scans_of: ("differs", Healing.FETCH, "carrier"),
        (*label, "exists"): ("orphan", Healing.ASK, "carrier"),
    }
    values = {gap.aspect: (gap.ours, gap.theirs) for gap in gaps.values() if gap.thing == order}
    assert values["tracking_numbers"] == (seven.codes[seven.erased], "-")
    assert values["attachments"] == (f"label/{seven.codes[seven.detached]}", "-")
    assert values["cancelled"] == ("no", "yes")
    assert values["exists"][1] == "deleted"
    assert ["9 H87" in value for value in values["demand"]] == [False, True]
    assert gaps[scans_of].ours.endswith("(2 scans)")
    assert gaps[scans_of].theirs.startswith("in_transit since ")
    assert gaps[scans_of].theirs.endswith("(3 scans)")
    assert (gaps[*label, "exists"].ours, "live" in gaps[*label, "exists"].theirs) == ("unknown", True)


@pytest.mark.req("J2", "L12")
async def test_seven_different_gaps_are_healed_and_then_there_is_none(where):
    road = await Road(7, **where).start()
    seven = await Seven(road).go_wrong()
    healed = await both(road)
    assert [account.healed for account in healed] == [
        {Healing.RESEND: 2, Healing.FETCH: 3},
        {Healing.FETCH: 1, Healing.ASK: 1},
    ]
    state = {row["id"]: row for row in road.odoo.state().values()}
    for picking in (seven.erased, seven.detached):
        assert state[picking]["tracking"] == seven.codes[picking]
        assert state[picking]["attachments"] == [f"{seven.codes[picking]}.pdf"]
    live = {code for codes in road.easypost.live_labels().values() for code in codes}
    assert live.isdisjoint({seven.codes[seven.cancelled], seven.codes[seven.deleted]}), "cancelled orders keep no label"
    [asked] = await road.exceptions()
    assert asked.subject == f"do:odoo:{seven.doubled}"
    assert seven.orphan in asked.text

    before = await road.keys()
    again = await both(road)
    assert [account.kinds for account in again] == [{}, {"orphan": 1}]
    assert (again[1].standing, again[1].healed) == (1, {})
    assert await road.keys() == before, "the person was asked once"

    road.at_carrier(f"/v2/shipments/{seven.orphan}/refund", {})
    ended = await both(road)
    assert [account.kinds for account in ended] == [{}, {}]
    assert ended[1].resolved == 1
    assert await road.exceptions() == []


@pytest.mark.req("L12")
async def test_what_a_person_is_asked_about_is_opened_again_when_it_comes_back():
    road = await Road(1).start()
    orphan = road.buy_behind_our_back("do:odoo:1/P1")
    for _ in range(2):
        assert (await road.reconcile("easypost")).healed == {Healing.ASK: 1}
        assert len(await road.exceptions()) == 1
        road.easypost.control("refund", {"tracking_code": road.code_of(orphan), "status": "refunded"}, road.clock.now())
        assert (await road.reconcile("easypost")).resolved == 1
        road.easypost.control("refund", {"tracking_code": road.code_of(orphan), "status": "rejected"}, road.clock.now())


@pytest.mark.req("L12", "C3")
async def test_a_write_that_is_under_way_is_no_gap():
    road = await Road(1).start()
    [row] = road.odoo.state().values()
    road.in_odoo("write", [row["id"]], vals={"carrier_tracking_ref": False})
    road.clock.advance(20 * 60)
    errand = Errand("odoo", road.clock.now() - 7 * DAY, heal=True, actor="test")
    first = await road.hub.reconciler.run(errand)
    second = await road.hub.reconciler.run(errand)
    assert first.healed == {Healing.RESEND: 1}
    assert (second.kinds, second.in_flight) == ({}, 1)
    await road.settled()
    assert road.odoo.state()[next(iter(road.odoo.state()))]["tracking"] == row["tracking"]


@pytest.mark.req("J2")
async def test_a_dry_run_writes_nothing_at_all():
    road = await Road(2).start()
    road.dropping = True
    road.scan(road.codes()[0], "in_transit")
    await road.push()
    before = await exchanges(road)

    account = await road.reconcile("easypost", heal=False)

    assert [(gap.aspect, gap.healing) for gap in account.gaps] == [("scans", Healing.FETCH)]
    assert [gap.theirs.split()[0] for gap in account.gaps] == ["in_transit"]
    assert account.healed == {}
    assert await exchanges(road) == before


async def exchanges(road):
    rows, _ = await road.hub.store.read(lambda tx: tx.views.exchanges(limit=200))
    return [row.id for row in rows]


def message(webhook):
    return Received("events", webhook.body, {}, 0)
