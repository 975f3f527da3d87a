"""The operations against a real Odoo, by an administrator: set-up, server action, webhooks, keys.

Needs CROSSDOCK_ODOO_URL and _DB, and an administrator: CROSSDOCK_ODOO_ADMIN_LOGIN with _ADMIN_PASSWORD or _ADMIN_KEY.
The tests make a user of their own and take away what they made; a tier 2 that was there before stays.
"""

import asyncio
import base64
import os
import time
import uuid

import msgspec
import pytest

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.connector import build
from crossdock.connectors.odoo.operations import tier_action
from crossdock.connectors.odoo.operations.calling import administrator, find, search
from crossdock.connectors.odoo.operations.keys import listed
from crossdock.connectors.odoo.operations.owned import Owned, run_code
from crossdock.connectors.odoo.operations.table import OPERATIONS
from crossdock.ports.connector import Page
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Errand, StepStatus, Surroundings
from crossdock.ports.verdicts import Park
from crossdock.transports.http import AiohttpCaller

ADMIN = "CROSSDOCK_ODOO_ADMIN_PASSWORD", "CROSSDOCK_ODOO_ADMIN_KEY"
NEEDED = [name for name in ("CROSSDOCK_ODOO_URL", "CROSSDOCK_ODOO_DB", "CROSSDOCK_ODOO_ADMIN_LOGIN")
          if not os.environ.get(name)]  # fmt: skip
if not any(os.environ.get(name) for name in ADMIN):
    NEEDED.append(" or ".join(ADMIN))
pytestmark = pytest.mark.skipif(bool(NEEDED), reason=f"no administrator of a real Odoo given: set {', '.join(NEEDED)}")
LOGIN = "crossdock-operations-test@example.com"
KEY = "secret://file/key"


class Ring:
    """Secrets in memory, read afresh every time."""

    def __init__(self):
        self.kept = {"secret://env/HOOK": "h" * 32}
        for name, reference in zip(ADMIN, ("secret://env/PASSWORD", "secret://env/ADMIN"), strict=True):
            if os.environ.get(name):
                self.kept[reference] = os.environ[name]

    def reveal(self, reference):
        if reference not in self.kept:
            raise UnknownSecret(reference)
        return self.kept[reference]

    def keep(self, reference, value):
        self.kept[reference] = value
        return True


class WallClock:
    def now(self):
        return time.time_ns() // 1000

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)


class Desk:
    """Runs operations as the command line does."""

    def __init__(self, ring):
        self.ring = ring
        url, database = os.environ["CROSSDOCK_ODOO_URL"], os.environ["CROSSDOCK_ODOO_DB"]
        config = OdooConfig(
            url=url, database=database, login=LOGIN, api_key=KEY, webhook_secret="secret://env/HOOK", timeout=120.0
        )
        host = url.split("//")[1].split("/")[0].split(":")[0]
        self.http = AiohttpCaller([host], allow_private=True, allow_plain=True)
        self.surroundings = Surroundings("operations-test", config, self.http, WallClock(), ring)
        self.connector = build(self.surroundings)

    def errand(self, name="setup", *, dry_run=False, **options):
        [operation] = [each for each in OPERATIONS if each.name == name]
        given = {each.name: each.default for each in operation.options}
        given["admin-login"] = os.environ["CROSSDOCK_ODOO_ADMIN_LOGIN"]
        password = "secret://env/PASSWORD" in self.ring.kept
        given["admin-password" if password else "admin-key"] = f"secret://env/{'PASSWORD' if password else 'ADMIN'}"
        given |= {key.replace("_", "-"): value for key, value in options.items()}
        return operation, Errand(
            self.surroundings, given, "http://127.0.0.1:9/in/test", lambda _question: "", self.ring.keep, dry_run
        )

    async def run(self, name, **options):
        operation, errand = self.errand(name, **options)
        return await operation.run(self.connector, errand)

    async def admin(self):
        return await administrator(self.errand()[1])

    async def apply(self, events):
        action, _ = await tier_action.present(self.connector.session)
        call = Call("ir.actions.server", "run", (action,), context={"crossdock_events": events}, writes=True)
        return (await self.connector.session.call(call))["results"]


def statuses(report, *wanted):
    return {step.subject: step.text for step in report.steps if step.status in wanted}


@pytest.fixture(scope="module")
def ring():
    return Ring()


@pytest.fixture
async def desk(ring):
    """A desk with the user set up and tier 2 in place."""
    made = Desk(ring)
    report = await made.run("setup", tier="action")
    assert statuses(report, StepStatus.ERROR) == {}
    yield made
    await made.http.close()


@pytest.fixture
async def transfers(desk):
    """Five transfers of our own; removed at the end."""
    admin = await desk.admin()
    domain = [("code", "=", "outgoing"), ("default_location_dest_id", "!=", False)]
    kind = (await find(admin, "stock.picking.type", domain, ["default_location_src_id", "default_location_dest_id"]))[0]
    values = {
        "picking_type_id": kind["id"],
        "location_id": kind["default_location_src_id"][0],
        "location_dest_id": kind["default_location_dest_id"][0],
        "origin": "crossdock operations test",
    }
    rows = {"vals_list": [values for _ in range(5)]}
    made = ids_of(await admin.call(Call("stock.picking", "create", None, rows, writes=True)))
    yield list(made)
    await admin.call(Call("stock.picking", "unlink", made, writes=True))


@pytest.fixture(scope="module", autouse=True)
async def left_as_it_was(ring):
    """Take away what these tests made: the user's keys with the user, and tier 2 where it was not there before."""
    desk = Desk(ring)
    before = await search(await desk.admin(), "ir.model", [("model", "=", tier_action.EVENT)])
    yield
    if not before:
        await desk.run("setup", tier="action", remove=True)
    admin = await desk.admin()
    users = await search(admin, "res.users", [("login", "=", LOGIN)])
    await run_code(Owned(admin), f"env['res.users.apikeys'].search([('user_id', 'in', {users})])._remove()")
    await admin.call(Call("res.users", "write", tuple(users), {"vals": {"active": False}}, writes=True))
    await desk.http.close()


def item(picking, **more):
    return {"id": uuid.uuid4().hex, "picking": picking, "kind": "milestone", "at": "2026-01-01 10:00:00", **more}


async def notes(desk, picking):
    domain = [("model", "=", "stock.picking"), ("res_id", "=", picking), ("message_type", "=", "notification"),
              ("is_internal", "=", True)]  # fmt: skip
    return [row["body"] for row in await find(await desk.admin(), "mail.message", domain, ["body"])]


@pytest.mark.req("M3")
async def test_setup_run_again_does_nothing(desk):
    report = await desk.run("setup", tier="action")
    assert statuses(report, StepStatus.DONE, StepStatus.WOULD, StepStatus.ERROR) == {}
    rights = await desk.run("doctor")
    assert statuses(rights, StepStatus.ERROR) == {}
    assert tier_action.version_of(tier_action.code()) in statuses(rights, StepStatus.OK)["server action"]


@pytest.mark.req("M3")
async def test_a_dry_run_of_removing_removes_nothing(desk):
    report = await desk.run("setup", tier="action", remove=True, dry_run=True)
    assert f"model {tier_action.EVENT}" in statuses(report, StepStatus.WOULD)
    assert (await tier_action.present(desk.connector.session))[0] > 0


@pytest.mark.req("K11")
async def test_events_of_one_call_fare_each_for_itself_and_in_order(desk, transfers):
    one, two, *_ = transfers
    first = item(one, milestone="in_transit", rank=1, tracking=["1Z1", "1Z2"], text="left <the> depot")
    late = item(one, milestone="picked_up", at="2025-12-31 09:00:00", tracking=["1Z0", "1Z2"], text="picked up")
    lost, wrong = item(2**31 - 1, milestone="delivered"), {**item(two), "kind": "unheard-of"}
    assert [each["result"] for each in await desk.apply([first, lost, wrong, first])] == [
        "applied", "error", "error", "duplicate",
    ]  # fmt: skip
    results = await desk.apply([late, first, item(two, milestone="delivered", text="there")])
    assert [each["result"] for each in results] == ["stale", "duplicate", "applied"]
    assert [each["id"] for each in results][:2] == [late["id"], first["id"]]
    fields = ["carrier_tracking_ref", "x_crossdock_milestone", "x_crossdock_milestone_at"]
    rows = {
        row["id"]: row for row in await find(desk.connector.session, "stock.picking", [("id", "in", transfers)], fields)
    }
    assert rows[one]["x_crossdock_milestone"] == "in_transit"
    assert rows[one]["x_crossdock_milestone_at"] == "2026-01-01 10:00:00"
    assert rows[one]["carrier_tracking_ref"] == "1Z1,1Z2,1Z0"
    assert rows[two]["x_crossdock_milestone"] == "delivered"
    assert [body for body in await notes(desk, one) if "depot" in body] == ["<p>left &lt;the&gt; depot</p>"]


@pytest.mark.req("K11")
async def test_many_events_of_one_transfer_make_one_note_and_the_newest_wins(desk, transfers):
    events = [item(transfers[0], milestone=f"m{n}", at=f"2026-01-01 10:00:0{n}", text=f"step {n}") for n in range(9)]
    before = len(await notes(desk, transfers[0]))
    assert {each["result"] for each in await desk.apply(events[::-1])} == {"applied"}
    told = await notes(desk, transfers[0])
    assert len(told) == before + 1
    assert [told[-1].index(f"step {n}") for n in range(9)] == sorted(told[-1].index(f"step {n}") for n in range(9))
    rows = await desk.connector.session.read("stock.picking", [transfers[0]], ["x_crossdock_milestone"])
    assert rows[transfers[0]]["x_crossdock_milestone"] == "m8"


@pytest.mark.req("K11")
async def test_plan_eta_proof_and_files(desk, transfers):
    plan = {"tour": "T1", "sequence": 3, "vehicle": "B-CD 1", "slot_from": "2026-01-02 08:00:00"}
    data = base64.b64encode(b"signed").decode()
    file = {"name": "pod.txt", "mimetype": "text/plain", "datas": data}
    events = [
        item(transfers[0], kind="plan", plan=plan),
        item(transfers[0], kind="eta", eta="2026-01-02 09:00:00"),
        item(transfers[0], kind="proof", proof={"signed_by": "Ada"}, attachments=[file]),
        item(transfers[0], kind="proof", proof={"signed_by": "Bo"}, at="2025-01-01 00:00:00", attachments=[file]),
    ]
    assert [each["result"] for each in await desk.apply(events)] == ["applied"] * 4
    fields = ["x_crossdock_tour", "x_crossdock_tour_sequence", "x_crossdock_slot_from", "x_crossdock_eta",
              "x_crossdock_signed_by"]  # fmt: skip
    row = (await desk.connector.session.read("stock.picking", [transfers[0]], fields))[transfers[0]]
    assert [row[name] for name in fields] == ["T1", 3, "2026-01-02 08:00:00", "2026-01-02 09:00:00", "Ada"]
    domain = [("res_model", "=", "stock.picking"), ("res_id", "=", transfers[0]), ("name", "=", "pod.txt")]
    [kept] = await find(await desk.admin(), "ir.attachment", domain, ["datas"])
    assert base64.b64decode(kept["datas"]) == b"signed"
    await desk.apply([item(transfers[0], kind="eta", at="2026-01-03 00:00:00", eta=False)])
    row = (await desk.connector.session.read("stock.picking", [transfers[0]], fields))[transfers[0]]
    assert row["x_crossdock_eta"] is False


@pytest.mark.req("K11")
async def test_what_odoo_declines_fails_alone(desk, transfers):
    bad = item(transfers[1], kind="plan", plan={"slot_from": "tomorrow"})
    sister = item(transfers[1], milestone="in_transit", text="moves")
    good = [item(picking, milestone="in_transit", text="moves") for picking in transfers[2:]]
    results = await desk.apply([good[0], bad, sister, *good[1:]])
    assert [each["result"] for each in results] == ["applied", "error", "applied", "applied", "applied"]
    assert results[1]["error"]["name"]
    again = await desk.apply([bad, sister])
    assert [each["result"] for each in again] == ["error", "duplicate"]


@pytest.mark.req("K11")
async def test_the_same_events_in_four_calls_at_once_are_kept_once(desk, transfers):
    events = [item(transfers[n % 5], milestone=f"m{n}", text=f"race {n}", rank=n) for n in range(40)]
    answers = await asyncio.gather(*[desk.apply(events) for _ in range(4)])
    for place in range(40):
        assert sorted(each[place]["result"] for each in answers) == ["applied", "duplicate", "duplicate", "duplicate"]
    keys = [each["id"] for each in events]
    assert len(await find(desk.connector.session, tier_action.EVENT, [("x_key", "in", keys)], ["x_key"])) == 40
    told = [body for picking in transfers for body in await notes(desk, picking)]
    assert sum(body.count("race ") for body in told) == 40


@pytest.mark.req("J4")
async def test_webhooks_are_ours_alone_and_installed_once(desk):
    admin = await desk.admin()
    if not await search(admin, "ir.model", [("model", "=", "base.automation")]):
        pytest.skip("base_automation is not installed")
    before = await search(admin, "base.automation", [])
    first = await desk.run("webhooks install", model=("stock.picking",))
    assert len(statuses(first, StepStatus.DONE)) == 2
    assert statuses(await desk.run("webhooks install", model=("stock.picking",)), StepStatus.DONE) == {}
    assert statuses(await desk.run("webhooks list"), StepStatus.WARNING, StepStatus.ERROR) == {}
    desk.ring.kept["secret://env/HOOK"] = "n" * 32
    assert len(statuses(await desk.run("webhooks list"), StepStatus.WARNING)) == 2
    assert len(statuses(await desk.run("webhooks install", model=("stock.picking",)), StepStatus.DONE)) == 2
    assert len(statuses(await desk.run("webhooks remove"), StepStatus.DONE)) == 2
    assert await search(admin, "base.automation", []) == before


@pytest.mark.req("M3")
async def test_a_key_is_rotated_and_no_call_fails_meanwhile(desk):
    old, running, failed = desk.ring.reveal(KEY), True, []
    before = len(await listed(desk.connector.session, LOGIN))
    calls = 0

    async def load():
        nonlocal calls
        while running:
            try:
                await desk.connector.session.call(Call("res.users", "context_get"))
                calls += 1
            except Failed as failure:
                failed.append(failure)

    loads = [asyncio.create_task(load()) for _ in range(2)]
    report = await desk.run("keys rotate", grace=2)
    await asyncio.sleep(1)
    running = False
    await asyncio.gather(*loads)
    assert failed == []
    assert calls > 10
    assert set(statuses(report, StepStatus.DONE)) == {"API key", "secret", "old API key"}
    assert desk.ring.reveal(KEY) != old
    assert len(await listed(desk.connector.session, LOGIN)) == before


@pytest.mark.req("M3")
async def test_a_further_key_is_revoked_by_its_id(desk):
    made = await desk.run("keys create", days=10)
    assert len(made.shown) == 1
    rows = await listed(desk.connector.session, LOGIN)
    assert "keys rotate" in next(step for step in (await desk.run("keys list")).steps if step.do).do
    await desk.run("keys revoke", id=str(rows[-1]["id"]))
    assert [row["id"] for row in await listed(desk.connector.session, LOGIN)] == [row["id"] for row in rows[:-1]]


@pytest.mark.req("G9", "M3")
async def test_who_may_not_read_what_customers_owe_is_told_which_right_is_missing(desk, transfers):
    await desk.run("setup", exact=True)
    config = msgspec.structs.replace(desk.surroundings.config, credit=True)
    connector = build(Surroundings("operations-test", config, desk.http, WallClock(), desk.ring))
    stopped = await connector.fetch("deliveries", "")
    assert isinstance(stopped, Park), "orders nobody looked at must not go"
    assert "Invoicing / Billing" in stopped.why.operator
    assert "credit_limit" in stopped.why.engineer
    await desk.run("setup", **{"with": ["sales", "invoicing"]})
    page = await connector.fetch("deliveries", "")
    assert isinstance(page, Page), page.why.engineer
    await desk.run("setup", exact=True)
    assert transfers
