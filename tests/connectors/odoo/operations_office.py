"""A stand-in for Odoo's back office: rows of any model over JSON-2, as far as the operations need them."""

import re
from urllib.parse import urlsplit

import msgspec

from crossdock.ports.wire import HttpResponse

GROUPS = ("base.group_user", "stock.group_stock_user", "sales_team.group_sale_salesman_all_leads",
          "base.group_partner_manager",
          "purchase.group_purchase_user", "account.group_account_invoice", "stock.group_stock_manager")  # fmt: skip
FIELDS = {
    "res.users": ["group_ids"],
    "res.groups": ["all_implied_ids"],
    "res.users.apikeys": ["name", "scope", "create_date", "expiration_date"],
}
MODULES = ("stock", "sale_stock", "stock_delivery", "purchase_stock", "account", "stock_landed_costs",
           "base_automation")  # fmt: skip


class Office:
    """Rows of any model over JSON-2, with just enough of domains and relations for what operations do."""

    def __init__(self):
        self.rows = {}
        self.keys = {"admin-key": "admin"}
        self.writes = []
        for model in ("stock.picking", "stock.move", "sale.order", "base.automation", "ir.config_parameter"):
            self.add("ir.model", {"model": model, "name": model})
        for name in ("state", "scheduled_date", "partner_id", "carrier_id"):
            self.add("ir.model.fields", {"model": "stock.picking", "name": name})
        for name in MODULES:
            self.add("ir.module.module", {"name": name, "state": "installed", "latest_version": "19.0.1"})
        for external in GROUPS:
            group = self.add("res.groups", {"name": external, "full_name": external, "all_implied_ids": []})
            module, _, name = external.partition(".")
            self.add("ir.model.data", {"module": module, "name": name, "model": "res.groups", "res_id": group})

    def add(self, model, values):
        table = self.rows.setdefault(model, {})
        number = max(table, default=0) + 1
        table[number] = row = {"id": number, "active": True}
        if model == "res.groups":
            row["all_implied_ids"] = []
        if model == "res.users":
            row |= {"company_id": [1, "Ours"], "company_ids": [1]}
        for field, value in values.items():
            self._set(model, row, field, value)
        if model == "ir.model.fields" and "model_id" in values:
            row["model"] = self.rows["ir.model"][values["model_id"]]["model"]
        return row["id"]

    def _set(self, model, row, field, value):
        if not (isinstance(value, list) and value and isinstance(value[0], list)):
            row[field] = value
            return
        inverse = {"field_id": ("ir.model.fields", "model_id"), "action_server_ids": ("ir.actions.server",
                   "base_automation_id")}  # fmt: skip
        for command in value:
            if command[0] == 6:
                row[field] = list(command[2])
            elif command[0] == 4:
                row[field] = sorted({*row.get(field, []), command[1]})
            elif command[0] == 3:
                row[field] = [each for each in row.get(field, []) if each != command[1]]
            elif command[0] == 2:
                self.rows[inverse[field][0]].pop(command[1])
            else:
                self.add(inverse[field][0], {**command[2], inverse[field][1]: row["id"]})

    def of(self, model):
        return list(self.rows.get(model, {}).values())

    async def call(self, request):
        path = urlsplit(request.url).path
        if path == "/web/webclient/version_info":
            return self._answer({"jsonrpc": "2.0", "result": {"server_serie": "19.0"}})
        key = request.headers.get("authorization", "").removeprefix("bearer ")
        if key not in self.keys:
            return HttpResponse(
                401, {}, msgspec.json.encode({"name": "werkzeug.exceptions.Unauthorized", "message": ""})
            )
        model, method = path.removeprefix("/json/2/").split("/")
        body = msgspec.json.decode(request.body)
        if method in {"create", "write", "unlink", "set_param"}:
            self.writes.append((model, method))
        return self._answer(getattr(self, f"on_{method}")(model, body, key))

    @staticmethod
    def _answer(value):
        return HttpResponse(200, {"content-type": "application/json"}, msgspec.json.encode(value))

    async def close(self):
        """Nothing is open."""

    def _matching(self, model, domain):
        tests = {
            "=": lambda value, wanted: value == wanted,
            "!=": lambda value, wanted: value != wanted,
            "in": lambda value, wanted: value in wanted,
            "=like": lambda value, wanted: str(value).startswith(wanted.rstrip("%")),
        }
        return [
            row for row in self.of(model) if all(tests[op](row.get(field, False), value) for field, op, value in domain)
        ]

    def on_search(self, model, body, _key):
        return [row["id"] for row in self._matching(model, body["domain"])][: body.get("limit")]

    def on_search_read(self, model, body, _key):
        wanted = ["id", *body["fields"]]
        return [{name: row.get(name, False) for name in wanted} for row in self._matching(model, body["domain"])]

    def on_fields_get(self, model, _body, _key):
        return {name: {"type": "char"} for name in FIELDS.get(model, [])}

    def on_create(self, model, body, _key):
        return [self.add(model, values) for values in body["vals_list"]]

    def on_write(self, model, body, _key):
        for each in body["ids"]:
            for field, value in body["vals"].items():
                self._set(model, self.rows[model][each], field, value)
        return True

    def on_unlink(self, model, body, _key):
        for each in body["ids"]:
            self.rows[model].pop(each)
        return True

    def on_context_get(self, _model, _body, _key):
        return {"uid": 1}

    def on_get_param(self, _model, body, _key):
        return next((row["value"] for row in self.of("ir.config_parameter") if row["key"] == body["key"]), False)

    def on_set_param(self, _model, body, _key):
        self.add("ir.config_parameter", {"key": body["key"], "value": body["value"]})
        return False

    def on_run(self, _model, body, _key):
        """What the pieces of code of the operations do, without running them."""
        code = self.rows["ir.actions.server"][body["ids"][0]]["code"]
        if "_generate(" in code:
            return {"key": self._fresh(re.search(r"_generate\(None, '([^']*)'", code)[1])}
        if "UNIQUE INDEX" in code:
            before, self.indexed = getattr(self, "indexed", False), True
            return {"before": before, "there": True}
        if "_remove()" in code:
            self.rows["res.users.apikeys"].pop(int(re.search(r"browse\((\d+)\)", code)[1]))
        return False

    def _fresh(self, name):
        key = f"key-{len(self.keys)}"
        self.keys[key] = self.add("res.users.apikeys", {"name": name, "user_id.login": "bot@example.com"})
        return key

    def on_generate(self, _model, body, key):
        assert body["key"] == key
        return self._fresh(body["name"])

    def on_revoke(self, _model, body, _key):
        self.rows["res.users.apikeys"].pop(self.keys.pop(body["key"]))
        return True
