"""The operations against a stand-in of Odoo: what is made, kept and corrected, and that only ours is removed."""

import pytest
from operations_office import GROUPS, Office

from crossdock.connectors.odoo.client.cursor import text_of
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.connector import build
from crossdock.connectors.odoo.operations import tier_action
from crossdock.connectors.odoo.operations.key_commands import age
from crossdock.connectors.odoo.operations.table import OPERATIONS
from crossdock.connectors.odoo.simulator.partner import build as build_simulator
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Errand, OperationStopped, StepStatus, Surroundings
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller


class Ring:
    def __init__(self):
        self.kept = {"secret://env/ADMIN": "admin-key", "secret://env/HOOK": "h" * 32}
        self.writable = True

    def reveal(self, reference):
        if reference not in self.kept:
            raise UnknownSecret(reference)
        return self.kept[reference]

    def keep(self, reference, value):
        if self.writable:
            self.kept[reference] = value
        return self.writable


class Desk:
    """Runs operations on the office, as an administrator unless told otherwise."""

    def __init__(self):
        self.office, self.ring, self.clock = Office(), Ring(), VirtualClock()
        config = OdooConfig(url="https://odoo.example", database="d", login="bot@example.com",
                            api_key="secret://file/key", webhook_secret="secret://env/HOOK")  # fmt: skip
        self.around = Surroundings("erp-1", config, self.office, self.clock, self.ring)

    async def run(self, name, *, dry_run=False, admin=True, **options):
        [operation] = [each for each in OPERATIONS if each.name == name]
        given = {each.name: each.default for each in operation.options}
        given |= {key.replace("_", "-"): value for key, value in options.items()}
        if admin:
            given["admin-key"] = "secret://env/ADMIN"
        errand = Errand(self.around, given, "https://hub.example/in/erp-1", lambda _q: "", self.ring.keep, dry_run)
        self.office.writes.clear()
        return await operation.run(build(self.around), errand)


def subjects(report, *wanted):
    return [step.subject for step in report.steps if step.status in wanted]


@pytest.fixture
def desk():
    return Desk()


@pytest.mark.req("M3")
async def test_setup_makes_user_key_and_tier_and_the_second_time_nothing(desk):
    report = await desk.run("setup", tier="action", view=False)
    assert subjects(report, StepStatus.ERROR, StepStatus.WARNING) == []
    [user] = desk.office.of("res.users")
    assert (user["login"], user["email"], user["tz"]) == ("bot@example.com", "bot@example.com", "UTC")
    assert "password" not in user
    assert desk.ring.kept["secret://file/key"] in desk.office.keys
    again = await desk.run("setup", tier="action", view=False)
    assert subjects(again, StepStatus.DONE, StepStatus.WOULD, StepStatus.ERROR) == []


async def test_the_user_gets_exactly_what_its_flows_need(desk):
    await desk.run("setup", no_key=True)
    names = {row["id"]: row["name"] for row in desk.office.of("res.groups")}
    [user] = desk.office.of("res.users")
    assert [names[each] for each in user["group_ids"]] == list(GROUPS[:4])
    await desk.run("setup", no_key=True, **{"with": ("landed-cost",)})
    assert [names[each] for each in user["group_ids"]] == [*GROUPS[:4], GROUPS[6]]
    kept = await desk.run("setup", no_key=True)
    assert subjects(kept, StepStatus.WARNING) == ["more rights than needed"]
    await desk.run("setup", no_key=True, exact=True)
    assert [names[each] for each in user["group_ids"]] == list(GROUPS[:4])


async def test_a_dry_run_writes_nothing(desk):
    report = await desk.run("setup", tier="action", view=True, allow_rotation=True, dry_run=True)
    assert "user bot@example.com" in subjects(report, StepStatus.WOULD)
    assert desk.office.writes == []
    assert "secret://file/key" not in desk.ring.kept


async def test_removing_tier_2_leaves_user_and_strangers(desk):
    stranger = desk.office.add("ir.actions.server", {"name": "theirs", "code": "pass"})
    await desk.run("setup", tier="action", view=True)
    assert {row["name"] for row in desk.office.of("ir.ui.view")} == {"stock.picking.form.crossdock"}
    await desk.run("setup", tier="action", remove=True)
    assert [row["id"] for row in desk.office.of("ir.actions.server")] == [stranger]
    assert [row for row in desk.office.of("ir.model.fields") if row["name"].startswith("x_crossdock")] == []
    assert tier_action.EVENT not in {row["model"] for row in desk.office.of("ir.model")}
    assert len(desk.office.of("res.users")) == 1


async def test_an_outdated_action_is_brought_up_to_date(desk):
    await desk.run("setup", tier="action", no_key=True)
    [action] = desk.office.of("ir.actions.server")
    action["code"] = "# an older one"
    report = await desk.run("setup", tier="action", no_key=True)
    assert [each.split(" (")[0] for each in subjects(report, StepStatus.DONE)] == ["server action"]
    assert action["code"] == tier_action.code()


async def test_setup_without_an_administrator_says_how(desk):
    with pytest.raises(OperationStopped, match="--admin-login"):
        await desk.run("setup", admin=False)


async def test_a_key_that_cannot_be_written_is_shown(desk):
    desk.ring.writable = False
    report = await desk.run("setup")
    assert [key in desk.office.keys for key in report.shown] == [True]


@pytest.mark.req("J4")
async def test_webhooks_point_here_watch_nothing_we_write_and_are_made_once(desk):
    theirs = desk.office.add("base.automation", {"name": "theirs"})
    await desk.run("webhooks install")
    rules = [row for row in desk.office.of("base.automation") if row["id"] != theirs]
    assert [row["trigger"] for row in rules] == ["on_create_or_write", "on_unlink"] * 3
    urls = {row["webhook_url"] for row in desk.office.of("ir.actions.server")}
    assert urls == {f"https://hub.example/in/erp-1/deliveries?key={'h' * 32}"}
    watched = {row["name"] for row in desk.office.of("ir.model.fields") if row["id"] in rules[0]["trigger_field_ids"]}
    assert watched == {"state", "scheduled_date", "partner_id", "carrier_id"}
    assert subjects(await desk.run("webhooks install"), StepStatus.DONE) == []
    assert desk.office.writes == []


@pytest.mark.req("J4")
async def test_a_new_secret_or_a_switched_off_rule_is_seen_and_put_right(desk):
    await desk.run("webhooks install", model=("stock.picking",))
    assert subjects(await desk.run("webhooks list"), StepStatus.WARNING) == []
    desk.ring.kept["secret://env/HOOK"] = "n" * 32
    assert len(subjects(await desk.run("webhooks list"), StepStatus.WARNING)) == 2
    await desk.run("webhooks install", model=("stock.picking",))
    desk.office.of("base.automation")[0]["active"] = False
    assert len(subjects(await desk.run("webhooks list"), StepStatus.WARNING)) == 1
    await desk.run("webhooks install", model=("stock.picking",))
    assert subjects(await desk.run("webhooks list"), StepStatus.WARNING) == []
    assert len(desk.office.of("ir.actions.server")) == 2


@pytest.mark.req("J4")
async def test_only_our_webhooks_are_removed(desk):
    theirs = desk.office.add("base.automation", {"name": "theirs"})
    await desk.run("webhooks install")
    await desk.run("webhooks remove")
    assert [row["id"] for row in desk.office.of("base.automation")] == [theirs]
    assert desk.office.of("ir.actions.server") == []
    assert subjects(await desk.run("webhooks remove"), StepStatus.DONE) == []


@pytest.mark.req("M3")
async def test_rotating_writes_the_new_key_before_the_old_one_ends(desk):
    await desk.run("setup")
    old, began = desk.ring.reveal("secret://file/key"), desk.clock.now()
    report = await desk.run("keys rotate", admin=False)
    new = desk.ring.reveal("secret://file/key")
    assert new != old
    assert (old in desk.office.keys, new in desk.office.keys) == (False, True)
    assert desk.clock.now() - began >= 30_000_000
    assert subjects(report, StepStatus.DONE) == ["API key", "secret", "old API key"]


@pytest.mark.req("M3")
async def test_a_key_that_cannot_be_put_in_place_revokes_nothing(desk):
    await desk.run("setup")
    desk.ring.writable = False
    report = await desk.run("keys rotate", admin=False)
    assert desk.ring.reveal("secret://file/key") in desk.office.keys
    assert report.shown[0] in desk.office.keys


@pytest.mark.req("M3")
async def test_the_only_key_is_not_revoked(desk):
    await desk.run("setup")
    [row] = desk.office.of("res.users.apikeys")
    report = await desk.run("keys revoke", id=str(row["id"]))
    assert len(subjects(report, StepStatus.ERROR)) == 1
    await desk.run("keys create", days=30)
    await desk.run("keys revoke", id=str(row["id"]))
    assert [each["id"] for each in desk.office.of("res.users.apikeys")] != [row["id"]]


@pytest.mark.req("M3")
@pytest.mark.parametrize(
    ("days", "status"), [(15, StepStatus.OK), (13, StepStatus.WARNING), (-1, StepStatus.WARNING), (None, StepStatus.OK)]
)
def test_a_key_warns_two_weeks_before_its_end(days, status):
    now = 1_800_000_000
    row = {"id": 1, "name": "k", "expiration_date": False if days is None else text_of(now + days * 86_400)}
    assert [step.status for step in age([row], now)] == [status]


@pytest.mark.parametrize("serie", ["17.0", "18.0", "19.0", "20.0"])
async def test_the_doctor_finds_no_fault_with_the_simulated_odoo(serie):
    clock, ring = VirtualClock(), Ring()
    ring.kept["secret://env/KEY"] = "0123456789abcdef0123456789abcdef01234567"
    simulator = build_simulator({"serie": serie, "host": "odoo.example", "now": str(clock.now())})
    config = OdooConfig(url="http://odoo.example", database="odoo", login="crossdock", api_key="secret://env/KEY")
    around = Surroundings("odoo", config, InProcessCaller(clock, [simulator]), clock, ring)
    [doctor] = [each for each in OPERATIONS if each.name == "doctor"]
    report = await doctor.run(build(around), Errand(around, {}, "http://hub/in/odoo", lambda _q: "", ring.keep))
    assert subjects(report, StepStatus.ERROR) == []
    assert {"version", "connection", "rights for transfers", "email of the user"} <= set(subjects(report, *StepStatus))


@pytest.mark.req("M3")
async def test_the_doctor_says_what_a_refused_key_means():
    desk = Desk()
    desk.ring.kept["secret://file/key"] = "ended"
    report = await desk.run("doctor", admin=False)
    assert "renew it" in next(step.do for step in report.steps if step.status is StepStatus.ERROR)
