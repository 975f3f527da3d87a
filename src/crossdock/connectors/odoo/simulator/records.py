"""What every model of the simulated Odoo can do: search, read, create, write, describe itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from crossdock.connectors.odoo.simulator.accounts import may
from crossdock.connectors.odoo.simulator.database import Row
from crossdock.connectors.odoo.simulator.domains import compile_domain
from crossdock.connectors.odoo.simulator.faults import OdooFault, invalid
from crossdock.connectors.odoo.simulator.rows import create, unlink, write
from crossdock.connectors.odoo.simulator.rules import Call, Method
from crossdock.connectors.odoo.simulator.schema import READ_ONLY

PICKING = "stock.picking"


def search(call: Call) -> list[Row]:
    """Rows that match, in order, cut to offset and limit."""
    database, model = call.database, call.model
    test = compile_domain(database, model, call.get("domain") or [])
    companies = call.context.get("allowed_company_ids")
    rows = [row for row in database.rows[model].values() if test(row)]
    fields = database.schema[model]
    if "active" in fields and call.context.get("active_test", True) and not _names(call.get("domain"), "active"):
        rows = [row for row in rows if row.get("active") is not False]
    if companies and "company_id" in database.schema[model]:
        rows = [row for row in rows if row.get("company_id") in (None, False, *companies)]
    for term in reversed(str(call.get("order") or "id").split(",")):
        words = term.split()
        if words[0] not in fields:
            raise invalid(f"Invalid field {words[0]!r} on model {model!r}")
        rows.sort(key=lambda row: _key(database.value(model, row, words[0])), reverse=words[1:] == ["desc"])
    offset, limit = call.get("offset") or 0, call.get("limit")
    return rows[offset : offset + limit if limit else None]


def _names(domain: Any, field: str) -> bool:
    return any(isinstance(item, list | tuple) and item and item[0] == field for item in domain or [])


def read_rows(call: Call, rows: Sequence[Row], *, classic: bool) -> list[Row]:
    """The wanted fields of rows as the API shows them."""
    database, model = call.database, call.model
    wanted = call.get("fields") or list(database.schema[model])
    for name in wanted:
        if name not in database.schema[model]:
            where = f"on '{model}'" if database.major >= 19 else f"on model '{model}'"
            raise invalid(f"Invalid field '{name}' {where}")
    return [
        {"id": row["id"], **{name: database.shown(model, row, name, classic=classic) for name in wanted}}
        for row in rows
    ]


def _search(call: Call) -> list[int]:
    return [row["id"] for row in search(call)]


def _search_count(call: Call) -> int:
    return len(search(call))


def _search_read(call: Call) -> list[Row]:
    return read_rows(call, search(call), classic=call.get("load", "_classic_read") == "_classic_read")


def _read(call: Call) -> list[Row]:
    table = call.database.rows[call.model]
    rows = [table[each] for each in call.ids if each in table]
    return read_rows(call, rows, classic=call.get("load", "_classic_read") == "_classic_read")


def _fields_get(call: Call) -> dict[str, dict[str, Any]]:
    allowed, attributes = call.get("allfields"), call.get("attributes")
    found = {}
    for name, field in call.database.schema[call.model].items():
        if allowed and name not in allowed:
            continue
        told: dict[str, Any] = {"type": field.type, "string": name.replace("_", " ").title(), "name": name}
        computed = bool(field.related or field.constant) or (call.model, name) in call.database.computed
        told |= {"readonly": name in READ_ONLY, "required": False, "store": not computed}
        if field.type == "selection":
            told["selection"] = []
        if field.relation:
            told["relation"] = field.relation
        found[name] = {key: value for key, value in told.items() if attributes is None or key in attributes}
    return found


def _create(call: Call) -> list[int]:
    values = call.get("vals_list")
    return create(call, call.model, values if isinstance(values, list) else [values])


def _write(call: Call) -> bool:
    write(call, call.model, call.ids, call.get("vals") or {})
    return True


def _unlink(call: Call) -> bool:
    unlink(call, call.model, call.ids)
    return True


def _name_create(call: Call) -> list[Any]:
    [made] = create(call, call.model, [{"name": call.get("name")}])
    return [made, call.database.display_name(call.model, made)]


def _copy(call: Call) -> list[int]:
    """Copies as drafts, lines included."""
    return [_copied(call, call.model, each, call.get("default") or {}) for each in call.ids]


def _copied(call: Call, model: str, row_id: int, changes: Row) -> int:
    fields, row = call.database.schema[model], call.database.rows[model][row_id]
    kept = {
        name for name, field in fields.items() if field.type != "one2many" and name not in {*READ_ONLY, *_NOT_COPIED}
    }
    values = {key: value for key, value in row.items() if key in kept} | changes
    [made] = create(call, model, [values])
    lines = _LINES.get(model, "")
    for child in call.database.value(model, row, lines) if lines else []:
        _copied(call, fields[lines].relation, child, {fields[lines].inverse: made})
    return made


def _default_get(call: Call) -> Row:
    found = {key.removeprefix("default_"): value for key, value in call.context.items() if key.startswith("default_")}
    return {name: found[name] for name in call.get("fields_list") or [] if name in found}


def _name_search(call: Call) -> list[list[Any]]:
    domain = [*(call.get("domain") or call.get("args") or []), ["name", "ilike", call.get("name") or ""]]
    rows = search(call.on(call.model, domain=domain, limit=call.get("limit") or 100))
    return [[row["id"], call.database.display_name(call.model, row["id"])] for row in rows]


def _get_external_id(call: Call) -> dict[str, str]:
    return {str(each): call.database.external.get((call.model, each), "") for each in call.ids}


def _has_access(call: Call) -> bool:
    return may(call.uid, call.model, str(call.get("operation")))


def _check_object_reference(call: Call) -> list[Any]:
    """[model, id] behind an external id, whatever the rights on the table of external ids."""
    wanted = f"{call.get('module')}.{call.get('xml_id')}"
    found = call.database.named(wanted)
    if found is None:
        raise invalid(f"External ID not found in the system: {wanted}")
    return list(found)


def _context_get(call: Call) -> dict[str, Any]:
    return {"lang": "en_US", "tz": "UTC", "uid": call.uid}


def _key(value: Any) -> Any:
    """Empty values sort last, as PostgreSQL does with NULL."""
    return (value is False, "" if value is False else value)


_NOT_COPIED = frozenset({"state", "name", "quantity", "picked", "date_done", "carrier_tracking_ref", "invoice_ids"})
_LINES = {"stock.picking": "move_ids", "sale.order": "order_line", "purchase.order": "order_line"}
_QUERY = ("domain", "offset", "limit", "order")
COMMON: Mapping[str, Method] = {
    "search": Method(_search, _QUERY, 1, on_records=False, recordset=False),
    "search_count": Method(_search_count, ("domain", "limit"), 1, on_records=False),
    "search_read": Method(_search_read, ("domain", "fields", "offset", "limit", "order", "load"), on_records=False),
    "read": Method(_read, ("fields", "load")),
    "fields_get": Method(_fields_get, ("allfields", "attributes"), on_records=False),
    "create": Method(_create, ("vals_list",), 1, on_records=False),
    "write": Method(_write, ("vals",), 1),
    "unlink": Method(_unlink),
    "copy": Method(_copy, ("default",)),
    "default_get": Method(_default_get, ("fields_list",), 1, on_records=False),
    "name_create": Method(_name_create, ("name",), 1, on_records=False),
    "name_search": Method(_name_search, ("name", "args", "operator", "limit", "domain"), on_records=False),
    "get_external_id": Method(_get_external_id),
    "has_access": Method(_has_access, ("operation",), 1),
}
OF_USERS: Mapping[str, Method] = {"context_get": Method(_context_get, on_records=False)}
OF_REFERENCES: Mapping[str, Method] = {
    "check_object_reference": Method(
        _check_object_reference, ("module", "xml_id", "raise_on_access_error"), 2, on_records=False
    )
}


def refuse_private(model: str, method: str, major: int) -> None:
    """Methods that begin with an underscore cannot be called from outside."""
    if method.startswith("_"):
        name = f"{model}.{method}" if major >= 19 else method
        shown = f"'{name}'" if major >= 19 else name
        text = f"Private methods (such as {shown}) cannot be called remotely."
        raise OdooFault("odoo.exceptions.AccessError", text)
