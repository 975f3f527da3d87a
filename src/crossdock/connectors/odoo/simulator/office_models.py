"""Models and fields made over the API, external ids, server actions, modules: what an administrator sets up."""

import re
from functools import cache
from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.faults import OdooFault
from crossdock.connectors.odoo.simulator.rows import create, refuse, unlink
from crossdock.connectors.odoo.simulator.rules import Call, Method, Rules
from crossdock.connectors.odoo.simulator.schema import Field, fields_of
from crossdock.connectors.odoo.simulator.tier_events import ACTION, ADDON, OF_EVENT, OF_TRANSFER, apply, mark

MODEL = "ir.model"
FIELDS = "ir.model.fields"
NAMES = "ir.model.data"
SERVER = "ir.actions.server"
_KEYS = "res.users.apikeys"
_APPLIES = "crossdock_events"
_GENERATES = re.compile(r"with_user\((\d+)\)\.sudo\(\)\._generate\(None, '([^']*)'(?:, .*strptime\('([^']*)')?")
_SELECTS = re.compile(r"WHERE user_id = (\d+) AND index = %s', \['([0-9a-f]{8})'\]")
_REMOVES = re.compile(r"\.browse\((\d+)\)\._remove\(\)")
_CLEARS = re.compile(r"search\(\[\('user_id', 'in', \[([\d, ]*)\]\)\]\)\._remove\(\)")
_MARKS = re.compile(r"'x_name': '([0-9a-f]*)', 'x_kind': 'setup', 'x_rank': (\d+)")


def describe(database: Database) -> None:
    """The rows of ir.model and ir.model.fields about every model of the version."""
    for table, rows in _descriptions(database.major).items():
        for number, row in enumerate(rows, 1):
            database.adopt(table, number, dict(row))


@cache
def _descriptions(major: int) -> dict[str, list[Row]]:
    """Copied into every new database, which is quicker than making them one by one."""
    drawn = Database(major)
    with drawn.transaction(0):
        for model in sorted(drawn.schema):
            describe_model(drawn, model)
    return {table: list(drawn.rows[table].values()) for table in (MODEL, FIELDS)}


def describe_model(database: Database, model: str, *, state: str = "base") -> int:
    """The rows of ir.model and ir.model.fields about a model there is."""
    made = database.create(MODEL, {"name": model, "model": model, "state": state, "transient": False})
    for name, field in database.schema[model].items():
        _describe_field(database, made, model, name, field)
    return made


def _describe_field(database: Database, model_id: int, model: str, name: str, field: Field) -> None:
    about = {"name": name, "model_id": model_id, "model": model, "ttype": field.type, "relation": field.relation}
    database.create(FIELDS, {**about, "state": "base", "field_description": name})


def install_book(database: Database, book: Any) -> None:
    """The event model and the fields of transfers of one tier."""
    database.schema[book.model] = fields_of(OF_EVENT[book.model])
    database.rows.setdefault(book.model, {})
    describe_model(database, book.model)
    own = {f"{book.prefix}{name}": field for name, field in fields_of(OF_TRANSFER, bare=True).items()}
    database.schema["stock.picking"] = {**database.schema["stock.picking"], **own}


def _model(call: Call, row: Row) -> Row:
    """A manual model: its table and its first fields."""
    name = str(row["model"])
    if not name.startswith("x_"):
        raise OdooFault("odoo.exceptions.ValidationError", "The model name must start with 'x_'.")
    call.database.schema[name] = fields_of("x_name:c")
    call.database.rows.setdefault(name, {})
    return {"state": "manual", **row}


def _field(call: Call, row: Row) -> Row:
    """A manual field becomes part of its model at once."""
    database = call.database
    model = str(database.row(MODEL, row.get("model_id")).get("model") or row.get("model"))
    name = str(row["name"])
    if not name.startswith("x_"):
        raise OdooFault("odoo.exceptions.ValidationError", "Custom fields must have a name that starts with 'x_'!")
    kind = Field(str(row.get("ttype") or "char"), str(row.get("relation") or ""))
    database.schema[model] = {**database.schema[model], name: kind}
    extra = {key: value for key, value in row.items() if key in database.schema[FIELDS]}
    return {"state": "manual", **extra, "model": model}


def _drop_fields(call: Call, ids: list[int]) -> None:
    for each in ids:
        row = call.database.row(FIELDS, each)
        if row.get("state") != "manual":
            raise refuse("This column contains module data and cannot be removed!")
        model = call.database.schema.get(row["model"], {})
        call.database.schema[row["model"]] = {name: field for name, field in model.items() if name != row["name"]}


def _drop_models(call: Call, ids: list[int]) -> None:
    for each in ids:
        row = call.database.row(MODEL, each)
        if row.get("state") != "manual":
            raise refuse("Model contains module data and cannot be removed.")
        for field in call.database.of(FIELDS, "model_id", each):
            call.database.delete(FIELDS, field["id"])
        call.database.schema.pop(row["model"], None)
        call.database.rows.pop(row["model"], None)


def _named(call: Call, ids: list[int]) -> None:
    for each in ids:
        row = call.database.row(NAMES, each)
        call.database.bind(f"{row['module']}.{row['name']}", str(row["model"]), int(row["res_id"]))


def _unnamed(call: Call, ids: list[int]) -> None:
    for each in ids:
        row = call.database.row(NAMES, each)
        call.database.forget(f"{row['module']}.{row['name']}")


def _run(call: Call) -> Any:
    """Run server actions. Only Crossdock's own pieces of code are known; the simulator runs no Python of others."""
    result: Any = False
    for each in call.ids:
        row = call.database.rows[SERVER].get(each)
        if row is None:
            raise OdooFault("odoo.exceptions.MissingError", "Record does not exist or has been deleted.")
        if row.get("state") == "code":
            result = _evaluated(call, str(row.get("code") or ""))
    return result


def _evaluated(call: Call, code: str) -> Any:
    database = call.database
    if _APPLIES in code:
        return {"results": apply(call, call.context.get(_APPLIES) or [], ACTION)}
    if found := _MARKS.search(code):
        mark(database, int(found[2]), found[1])
        return False
    if "CREATE UNIQUE INDEX" in code:
        before, database.indexed = database.indexed, True
        return {"there": True, "before": before}
    return _about_keys(call, code)


def _about_keys(call: Call, code: str) -> Any:
    """Code of an administrator that makes, looks for and removes keys."""
    rows = list(call.database.rows[_KEYS].values())
    if found := _GENERATES.search(code):
        return {"key": generate(call, int(found[1]), found[2], found[3] or "")}
    if found := _SELECTS.search(code):
        keys = [row["id"] for row in rows if (row.get("user_id"), row.get("index")) == (int(found[1]), found[2])]
        return {"ids": keys}
    if found := _REMOVES.search(code):
        chosen = [int(found[1])]
    elif found := _CLEARS.search(code):
        users = set(found[1].replace(",", " ").split())
        chosen = [row["id"] for row in rows if str(row.get("user_id")) in users]
    else:
        raise refuse("The simulated Odoo runs no code but Crossdock's own.")
    for each in chosen:
        call.accounts.revoke_record(each)
    unlink(call, _KEYS, chosen)
    return False


def generate(call: Call, uid: int, name: str, expiry: str) -> str:
    """A new key of a user."""
    key = call.accounts.fresh_key()
    about = {"name": name, "user_id": uid, "expiration_date": expiry or False, "index": key[:8]}
    [record] = create(call, _KEYS, [about])
    call.accounts.allow(key, uid, record)
    return key


def _update_list(call: Call) -> list[int]:
    """The addon is on the addons path of the simulated server."""
    modules = call.database.rows["ir.module.module"].values()
    if not any(row["name"] == "crossdock" for row in modules):
        create(call, "ir.module.module", [{"name": "crossdock", "state": "uninstalled"}])
    return [0, 1]


def _install(call: Call) -> Row:
    for each in call.ids:
        row = call.database.row("ir.module.module", each)
        if row.get("name") == "crossdock" and row.get("state") != "installed":
            install_book(call.database, ADDON)
        values = {"state": "installed", "latest_version": f"{call.database.major}.0.1.0.0"}
        call.database.write("ir.module.module", [each], values, call.uid)
    return {"type": "ir.actions.client", "tag": "reload"}


def _get_param(call: Call) -> Any:
    rows = call.database.rows["ir.config_parameter"].values()
    found = [row.get("value") for row in rows if row.get("key") == call.get("key")]
    return found[0] if found else call.get("default") or False


def _set_param(call: Call) -> Any:
    rows = call.database.rows["ir.config_parameter"].values()
    found = [row["id"] for row in rows if row.get("key") == call.get("key")]
    value = str(call.get("value"))
    if found:
        call.database.write("ir.config_parameter", found, {"value": value}, call.uid)
    else:
        create(call, "ir.config_parameter", [{"key": call.get("key"), "value": value}])
    return True


def _full_name(_database: Database, row: Row) -> str:
    return f"{row.get('module')}.{row.get('name')}"


MODEL_RULES: dict[str, Rules] = {
    MODEL: Rules(prepare=_model, deleting=_drop_models, title="Models"),
    FIELDS: Rules(prepare=_field, deleting=_drop_fields, title="Fields"),
    NAMES: Rules(created=_named, deleting=_unnamed, computed={"complete_name": _full_name}, title="Model Data"),
    SERVER: Rules(
        prepare=lambda _call, row: {"state": "code", "usage": "ir_actions_server", **row},
        methods={"run": Method(_run)},
        title="Server Action",
    ),
    "ir.module.module": Rules(
        methods={
            "update_list": Method(_update_list, on_records=False),
            "button_immediate_install": Method(_install),
        }
    ),
    "ir.config_parameter": Rules(
        methods={
            "get_param": Method(_get_param, ("key", "default"), 1, on_records=False),
            "set_param": Method(_set_param, ("key", "value"), 2, on_records=False),
        }
    ),
}
