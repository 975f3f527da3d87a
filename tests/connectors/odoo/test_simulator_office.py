"""Keys, passwords, rights, automation rules and models made over the API in the simulated Odoo."""

import json

import pytest

from crossdock.connectors.odoo.simulator.partner import build
from crossdock.ports.wire import HttpRequest

NOW = 1_767_225_600_000_000
KEY = "0123456789abcdef0123456789abcdef01234567"
ADMIN = "fedcba9876543210fedcba9876543210fedcba98"


class Office:
    """Both users of a simulated Odoo."""

    def __init__(self, serie="19.0", **options):
        self.simulator = build({"serie": serie, **options})
        self.cookie = ""

    def post(self, path, body, **headers):
        headers = {"content-type": "application/json", **headers}
        request = HttpRequest("POST", f"http://odoo.example{path}", headers, json.dumps(body).encode())
        answer = self.simulator.handle(request, NOW)
        return answer, json.loads(answer.body)

    def json2(self, path, bearer=KEY, /, **body):
        given = {"authorization": f"bearer {bearer}", "x-odoo-database": "odoo"}
        answer, found = self.post(f"/json/2/{path}", body, **given)
        return answer.status, found

    def web(self, path, **params):
        answer, found = self.post(path, {"jsonrpc": "2.0", "id": 1, "params": params}, cookie=self.cookie)
        self.cookie = answer.headers.get("set-cookie", self.cookie).split(";")[0]
        return found

    def kw(self, model, method, *args, **kwargs):
        return self.web("/web/dataset/call_kw", model=model, method=method, args=list(args), kwargs=kwargs)["result"]


@pytest.mark.req("M3")
def test_a_key_is_renewed_by_itself_once_that_is_allowed():
    office = Office()
    wanted = {"key": KEY, "scope": None, "name": "next", "expiration_date": "2026-03-01 00:00:00"}
    assert office.json2("res.users.apikeys/generate", **wanted)[0] == 422
    allowed = {"key": "base.enable_programmatic_api_keys", "value": "True"}
    assert office.json2("ir.config_parameter/set_param", ADMIN, **allowed) == (200, True)
    status, fresh = office.json2("res.users.apikeys/generate", **wanted)
    assert (status, len(fresh)) == (200, 40)
    assert office.json2("res.users/context_get", fresh)[1]["uid"] == 7
    assert office.json2("res.users.apikeys/revoke", fresh, key=KEY) == (200, True)
    assert office.json2("res.users/context_get", KEY)[0] == 401


@pytest.mark.req("M3")
@pytest.mark.parametrize("serie", ["18.0", "19.0"])
def test_a_key_is_made_by_password_in_a_session(serie):
    office = Office(serie)
    refused = office.web("/web/session/authenticate", db="odoo", login="crossdock", password="wrong")
    assert refused["error"]["data"]["name"] == "odoo.exceptions.AccessDenied"
    assert "error" in office.web("/web/dataset/call_kw", model="res.users", method="context_get", args=[], kwargs={})
    signed = office.web("/web/session/authenticate", db="odoo", login="crossdock", password="crossdock-lab")
    assert signed["result"]["uid"] == 7
    [made] = office.kw("res.users.apikeys.description", "web_save", [], vals={"name": "k"}, specification={})
    check = office.kw("res.users.apikeys.description", "make_key", [made["id"]])["res_id"]
    office.kw("res.users.identitycheck", "web_save", [check], vals={"password": "crossdock-lab"}, specification={})
    told = office.kw("res.users.identitycheck", "run_check", [check], context={"password": "crossdock-lab"})
    key = told["context"]["default_key"]
    [row] = [each for each in office.simulator.database.rows["res.users.apikeys"].values() if each["name"] == "k"]
    call = {"service": "object", "method": "execute_kw", "args": ["odoo", 7, key, "res.users", "context_get", [], {}]}
    _, answered = office.post("/jsonrpc", {"jsonrpc": "2.0", "id": 1, "params": call})
    assert answered["result"]["uid"] == 7
    check = office.kw("res.users.apikeys", "remove", [row["id"]])["res_id"]
    office.kw("res.users.identitycheck", "web_save", [check], vals={"password": "crossdock-lab"}, specification={})
    office.kw("res.users.identitycheck", "run_check", [check], context={"password": "crossdock-lab"})
    _, answered = office.post("/jsonrpc", {"jsonrpc": "2.0", "id": 1, "params": call})
    assert answered["error"]["data"]["name"] == "odoo.exceptions.AccessDenied"


@pytest.mark.req("J4")
def test_rules_send_what_they_watch_and_deletions_and_nothing_else():
    office = Office()
    database = office.simulator.database
    [picking, other] = office.simulator.control("confirm_orders", {"n": 2}, NOW)
    model = next(row["id"] for row in database.rows["ir.model"].values() if row["model"] == "stock.picking")
    fields = {row["name"]: row["id"] for row in database.rows["ir.model.fields"].values() if row["model_id"] == model}
    for trigger, watched in (("on_create_or_write", ["state"]), ("on_unlink", [])):
        action = {"name": "Hook", "state": "webhook", "webhook_url": f"http://hub/{trigger}", "model_id": model}
        action["webhook_field_ids"] = [[6, 0, [fields["state"], fields["move_ids"]]]]
        ids = [[6, 0, [fields[name] for name in watched]]]
        rule = {"name": "Hook", "model_id": model, "trigger": trigger, "trigger_field_ids": ids}
        rule["action_server_ids"] = [[0, 0, action]]
        assert office.json2("base.automation/create", ADMIN, vals_list=[rule])[0] == 200
    assert office.json2("stock.picking/write", ids=[picking], vals={"carrier_tracking_ref": "1Z"})[0] == 200
    assert office.simulator.take_webhooks(NOW) == []
    assert office.json2("stock.picking/button_validate", ids=[picking]) == (200, True)
    [hook] = office.simulator.take_webhooks(NOW)
    said = json.loads(hook.body)
    assert hook.url == "http://hub/on_create_or_write"
    assert (said["_id"], said["_model"], said["state"], len(said["move_ids"])) == (picking, "stock.picking", "done", 2)
    assert office.json2("stock.picking/unlink", ids=[other])[0] == 200
    assert [each.url for each in office.simulator.take_webhooks(NOW)] == ["http://hub/on_unlink"]
    rules = list(database.rows["base.automation"])
    assert office.json2("base.automation/unlink", ADMIN, ids=rules) == (200, True)
    assert database.rows["ir.actions.server"] == {}


@pytest.mark.req("N1")
def test_a_failed_call_tells_nobody_and_writes_nothing_down():
    office = Office()
    [picking] = office.simulator.control("confirm_orders", {"n": 1}, NOW)
    fault = {"model": "stock.picking", "method": "button_validate", "name": "psycopg2.errors.SerializationFailure"}
    office.simulator.control("fail_next", fault, NOW)
    quants = json.dumps(office.simulator.database.rows["stock.quant"])
    assert office.json2("stock.picking/button_validate", ids=[picking])[0] == 500
    assert json.dumps(office.simulator.database.rows["stock.quant"]) == quants
    assert office.simulator.ledger.entries == ()
    assert office.json2("stock.picking/button_validate", ids=[picking]) == (200, True)
    kinds = [entry.kind for entry in office.simulator.ledger.entries]
    assert kinds == ["stock.changed", "stock.changed", "transfer.done"]


@pytest.mark.req("G5", "N1")
def test_the_ledger_has_every_step_of_a_sale():
    office = Office()
    line = [[0, 0, {"product_id": 1, "product_uom_qty": 3}]]
    _, [order] = office.json2("sale.order/create", vals_list=[{"partner_id": 2, "order_line": line}])
    office.json2("sale.order/action_confirm", ids=[order])
    _, [row] = office.json2("sale.order/read", ids=[order], fields=["picking_ids"])
    office.json2("stock.picking/button_validate", ids=row["picking_ids"])
    wizard = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [order]]]}
    _, made = office.json2("sale.advance.payment.inv/create", vals_list=[wizard])
    office.json2("sale.advance.payment.inv/create_invoices", ids=made)
    _, [row] = office.json2("sale.order/read", ids=[order], fields=["invoice_ids"])
    assert office.json2("account.move/action_post", ids=row["invoice_ids"]) == (200, False)
    kinds = [entry.kind for entry in office.simulator.ledger.entries]
    assert kinds == ["order.created", "order.confirmed", "stock.changed", "transfer.done", "invoice.posted"]
    assert office.simulator.ledger.of("invoice.posted")[0].details["amount"] == 3 * 100.0


@pytest.mark.req("N1")
def test_models_and_fields_are_made_over_the_api_by_administrators_only():
    office = Office()
    model = {"name": "Event", "model": "x_event", "field_id": [[0, 0, {"name": "x_key", "ttype": "char"}]]}
    assert office.json2("ir.model/create", vals_list=[model])[0] == 403
    status, [made] = office.json2("ir.model/create", ADMIN, vals_list=[model])
    assert status == 200
    assert office.json2("x_event/create", vals_list=[{"x_key": "a"}]) == (200, [1])
    assert office.json2("x_event/search_read", domain=[["x_key", "=", "a"]], fields=["x_key"])[1][0]["x_key"] == "a"
    assert office.json2("ir.model/unlink", ADMIN, ids=[made]) == (200, True)
    assert office.json2("x_event/search", domain=[])[0] == 404


@pytest.mark.parametrize(
    ("serie", "package", "group"),
    [("18.0", "stock.quant.package", "groups_id"), ("20.0", "stock.package", "group_ids")],
)
def test_what_is_renamed_is_renamed(serie, package, group):
    schema = build({"serie": serie}).database.schema
    assert package in schema
    assert group in schema["res.users"]
    assert ("procurement.group" in schema) == (serie == "18.0")
    assert ("stock.reference" in schema) == (serie == "20.0")
    assert ("product_uom_id" in schema["sale.order.line"]) == (serie == "20.0")
