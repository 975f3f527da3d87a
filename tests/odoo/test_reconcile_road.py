"""Nightly reconciliation between a real Odoo (its own company, whatever its tier) and the store, on both databases."""

import os

import pytest

from crossdock.backbone.metrics import Metrics
from crossdock.backbone.reconcile import Errand
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import PartnerPlan, World, compose
from crossdock.catalog import connectors, simulators
from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.connectors.odoo.client.dialects import ids_of
from crossdock.connectors.odoo.client.session import identifier
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.ports.reconcile import Healing
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller
from crossdock.storage.opening import open_store
from crossdock.transports.recorder import RecordingCaller
from demo_road import HOOK, KEY, DemoRoad, Secrets
from hubs import SeededIds
from odoo.conftest import MISSING, Bench, Wire
from odoo.flow_steps import call, made, product, rows, tag
from real_odoo import NAMES, WallClock

DAY = 86_400_000_000
PICKING = "stock.picking"
ADMIN = ("CROSSDOCK_ODOO_ADMIN_LOGIN", "CROSSDOCK_ODOO_ADMIN_KEY")
NEEDED = [*MISSING, *(name for name in ADMIN if not os.environ.get(name))]
pytestmark = [
    pytest.mark.skipif(bool(NEEDED), reason=f"no real Odoo with an administrator given: set {', '.join(NEEDED)}"),
    pytest.mark.req("J2", "L12"),
]


async def office(bench):
    """A company of our own with ready transfers: its id and theirs, so that nobody else's transfers are compared."""
    company = await made(bench, "res.company", {"name": f"XR {tag()}"})
    for login in (os.environ["CROSSDOCK_ODOO_LOGIN"], os.environ[ADMIN[0]]):
        [user] = await rows(bench, "res.users", [("login", "=", login)], "login")
        await call(bench, "res.users", "write", [user["id"]], vals={"company_ids": [[4, company]]})
    inside = {"allowed_company_ids": [company]}
    if not await call(bench, "stock.warehouse", "search", context=inside, domain=[["company_id", "=", company]]):
        house = {"name": f"XR {tag()}", "code": tag()[:5], "company_id": company}
        await call(bench, "stock.warehouse", "create", context=inside, vals_list=[house])
    found = await call(
        bench, "stock.picking.type", "search_read", context=inside,
        domain=[["company_id", "=", company], ["code", "=", "outgoing"]],
        fields=["default_location_src_id", "default_location_dest_id"],
    )  # fmt: skip
    kind = found[0]
    source = identifier(kind["default_location_src_id"])
    [customers] = (await call(
        bench, "stock.location", "search_read", domain=[["usage", "=", "customer"]], fields=["name"], limit=1
    ))  # fmt: skip
    goods, _ = await product(bench, weight=1.5)
    counted = await call(
        bench, "stock.quant", "create", context={**inside, "inventory_mode": True},
        vals_list=[{"product_id": goods, "location_id": source, "inventory_quantity": 100}],
    )  # fmt: skip
    await call(bench, "stock.quant", "action_apply_inventory", ids_of(counted), context=inside)
    [partner] = await bench.connector.session.search(
        "res.partner", [("name", "=", "Azure Interior"), ("zip", "!=", False)], limit=1
    )
    named = {} if (await bench.connector.session.version()).startswith("19") else {"name": "Goods"}
    move = {
        "product_id": goods,
        "product_uom_qty": 2,
        "location_id": source,
        "location_dest_id": customers["id"],
        **named,
    }
    wanted = {
        "picking_type_id": kind["id"], "partner_id": partner, "location_id": source,
        "location_dest_id": customers["id"], "company_id": company, "move_ids": [[0, 0, move]],
    }  # fmt: skip
    pickings = ids_of(await call(bench, PICKING, "create", context=inside, vals_list=[wanted for _ in range(5)]))
    await call(bench, PICKING, "action_confirm", pickings, context=inside)
    await call(bench, PICKING, "action_assign", pickings, context=inside)
    return company, sorted(pickings)


class Both:
    """Calls to the simulated carrier stay here; all others go over the net."""

    def __init__(self, clock, easypost):
        self.near = InProcessCaller(clock, [easypost])
        self.hosts = easypost.hosts
        self.far = Wire()

    async def call(self, request):
        near = any(host in request.url for host in self.hosts)
        return await (self.near if near else self.far).call(request)


class RealRoad(DemoRoad):
    """The demo road with a real Odoo at its end."""

    def __init__(self, company, orders, store):
        self.clock = VirtualClock(start=WallClock().now() + 120_000_000)
        self.orders = orders
        url, database, login, key = (os.environ[name] for name in NAMES)
        hook = {"webhook_url": HOOK, "webhook_secret": KEY}
        self.easypost = simulators().get("easypost").build({"seed": "3", "api_key": KEY, **hook})
        caller = RecordingCaller(Both(self.clock, self.easypost))
        kept = open_store(store, **({"threads": False} if store.startswith("sqlite") else {}))
        world = World(
            kept, self.clock, SeededIds(), Secrets(), lambda _plan: (caller, caller), Metrics(), Spans(), "w1"
        )  # fmt: skip
        specs = connectors().working()
        odoo = OdooConfig(url, database, f"secret://x/{key}", login=login, overlap=5, company_ids=(company,))
        easypost = EasyPostConfig(f"secret://x/{KEY}", webhook_secrets=(f"secret://x/{KEY}",))
        plans = [PartnerPlan("odoo", specs["odoo"], odoo), PartnerPlan("easypost", specs["easypost"], easypost)]
        self.hub = compose(world, plans, [order_to_ship(OrderToShipPolicy(("easypost",)))])

    async def start(self):
        await self.hub.store.migrate()
        await self._until(lambda: len(self.easypost.live_labels()) >= self.orders)
        return self

    async def reconcile(self, *, heal):
        self.clock.advance(20 * 60)
        account = await self.hub.reconciler.run(Errand("odoo", self.clock.now() - 7 * DAY, heal, "test"))
        await self.hub.engine.lease()
        await self.hub.engine.settle_all()
        assert not account.problem, account
        return account


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request):
    return request.getfixturevalue("postgres_url") if request.param == "postgresql" else "sqlite:///:memory:"


async def test_gaps_in_each_direction_are_told_and_healed_once(store):
    bench = Bench(*(os.environ[name] for name in NAMES))
    company, pickings = await office(bench)
    road = await RealRoad(company, len(pickings), store).start()
    assert (await road.reconcile(heal=False)).kinds == {}
    erased, detached, cancelled, deleted, amended = pickings
    inside = {"allowed_company_ids": [company]}
    [before] = await rows(bench, PICKING, [("id", "=", erased)], "carrier_tracking_ref")
    await call(bench, PICKING, "write", [erased], context=inside, vals={"carrier_tracking_ref": False})
    held = await rows(bench, "ir.attachment", [("res_model", "=", PICKING), ("res_id", "=", detached)], "name")
    await call(bench, "ir.attachment", "unlink", [row["id"] for row in held], context=inside)
    for gone in (cancelled, deleted):
        await call(bench, PICKING, "action_cancel", [gone], context={**inside, "disable_cancel_warning": True})
    await call(bench, PICKING, "unlink", [deleted], context=inside)
    [move] = await rows(bench, "stock.move", [("picking_id", "=", amended)], "state")
    await call(bench, "stock.move", "write", [move["id"]], context=inside, vals={"product_uom_qty": 9.0})
    await call(bench, PICKING, "action_assign", [amended], context=inside)

    told = await road.reconcile(heal=False)
    values = {(int(gap.id), gap.aspect): (gap.ours, gap.theirs, gap.healing) for gap in told.gaps}
    number = before["carrier_tracking_ref"]
    assert set(values) == {
        (erased, "tracking_numbers"), (detached, "attachments"), (cancelled, "cancelled"), (deleted, "exists"),
        (amended, "demand"),
    }  # fmt: skip
    assert values[erased, "tracking_numbers"] == (number, "-", Healing.RESEND)
    assert values[cancelled, "cancelled"] == ("no", "yes", Healing.FETCH)
    assert values[deleted, "exists"][1:] == ("deleted", Healing.FETCH)
    assert ["9 H87" in side for side in values[amended, "demand"][:2]] == [False, True]

    healed = await road.reconcile(heal=True)
    assert healed.healed == {Healing.RESEND: 2, Healing.FETCH: 3}
    [after] = await rows(bench, PICKING, [("id", "=", erased)], "carrier_tracking_ref")
    assert after["carrier_tracking_ref"] == number
    back = await rows(bench, "ir.attachment", [("res_model", "=", PICKING), ("res_id", "=", detached)], "name")
    assert sorted(row["name"] for row in back) == sorted(row["name"] for row in held)
    again = await road.reconcile(heal=True)
    assert (again.kinds, again.healed) == ({}, {})
    back = await rows(bench, "ir.attachment", [("res_model", "=", PICKING), ("res_id", "=", detached)], "name")
    assert len(back) == len(held)
