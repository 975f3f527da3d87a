"""What every model of the simulated Odoo can do: search, read, create, write, describe itself."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.domains import compile_domain
from crossdock.connectors.odoo.simulator.faults import OdooFault, invalid, missing
from crossdock.connectors.odoo.simulator.schema import READ_ONLY
from crossdock.sim.ledger import Scalar

PICKING = "stock.picking"


class Call(Struct):
    """One method call inside its transaction: ``notes`` go to the ledger when it commits."""

    database: Database
    model: str
    ids: list[int]
    arguments: dict[str, Any]
    uid: int
    context: dict[str, Any]
    notes: list[tuple[str, str, dict[str, Scalar]]] = []

    def get(self, name: str, default: Any = None) -> Any:
        """A named argument."""
        return self.arguments.get(name, default)


class Method(Struct, frozen=True):
    """A public method: its named parameters (``required`` of them first), and whether it wants records.

    ``recordset`` results come as a list of ids, or as text up to Odoo 18.
    """

    run: Callable[[Call], Any]
    parameters: tuple[str, ...] = ()
    required: int = 0
    on_records: bool = True
    recordset: bool = False


def search(call: Call) -> list[Row]:
    """Rows that match, in order, cut to offset and limit."""
    database, model = call.database, call.model
    test = compile_domain(database, model, call.get("domain") or [])
    companies = call.context.get("allowed_company_ids")
    rows = [row for row in database.rows[model].values() if test(row)]
    if companies and "company_id" in database.schema[model]:
        rows = [row for row in rows if row.get("company_id") in (None, False, *companies)]
    for term in reversed(str(call.get("order") or "id").split(",")):
        words = term.split()
        if words[0] not in database.schema[model]:
            raise invalid(f"Invalid field {words[0]!r} on model {model!r}")
        rows.sort(key=lambda row: _key(database.value(model, row, words[0])), reverse=words[1:] == ["desc"])
    offset, limit = call.get("offset") or 0, call.get("limit")
    return rows[offset : offset + limit if limit else None]


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
        told |= {"readonly": name in READ_ONLY, "required": False, "store": not (field.related or field.constant)}
        if field.type == "selection":
            told["selection"] = []
        if field.relation:
            told["relation"] = field.relation
        found[name] = {key: value for key, value in told.items() if attributes is None or key in attributes}
    return found


def _create(call: Call) -> list[int]:
    values = call.get("vals_list")
    rows = values if isinstance(values, list) else [values]
    return [create_row(call, dict(row)) for row in rows]


def create_row(call: Call, values: dict[str, Any]) -> int:
    """One new row of any model, with what the model adds by itself."""
    database, model = call.database, call.model
    lines = values.pop("order_line", [])
    if model == "ir.attachment":
        values = {**values, **_content(values.get("datas"))}
        _refuse_orphan(call, values)
    if model == "stock.move":
        _refuse_stray(call, values)
    if model == "sale.order":
        values = {"state": "draft", "company_id": 1, "name": f"S{database_next(database, model):05d}", **values}
    row_id = database.create(model, values)
    for command in lines:
        database.create("sale.order.line", {**command[2], "order_id": row_id})
    if model == "ir.attachment":
        details: dict[str, Scalar] = {"name": str(values["name"]), "checksum": str(values.get("checksum", ""))}
        call.notes.append(("attachment.created", f"{values.get('res_model')},{values.get('res_id')}", details))
    return row_id


def _refuse_orphan(call: Call, values: Row) -> None:
    """Since Odoo 19 a file cannot be attached to a record that is not there."""
    table = call.database.rows.get(values.get("res_model") or "")
    if call.database.major >= 19 and table is not None and values.get("res_id") and values["res_id"] not in table:
        raise OdooFault("odoo.exceptions.AccessError", "Sorry, you are not allowed to access this document.")


def _refuse_stray(call: Call, values: Row) -> None:
    picking = values.get("picking_id")
    if picking and picking not in call.database.rows[PICKING]:
        raise missing(PICKING, picking, call.uid)


def database_next(database: Database, model: str) -> int:
    """The number the next record of a model will have."""
    return max(database.rows[model], default=0) + 1


def _write(call: Call) -> bool:
    values = dict(call.get("vals") or {})
    if call.model == "ir.attachment" and "datas" in values:
        values = {**values, **_content(values["datas"])}
    if call.model == PICKING:
        _refuse_wrong(call, values)
    call.database.write(call.model, call.ids, values, call.uid)
    if call.model == PICKING and "carrier_tracking_ref" in values:
        for each in call.ids:
            call.notes.append(("tracking.written", f"{PICKING},{each}", {"ref": str(values["carrier_tracking_ref"])}))
    return True


def _refuse_wrong(call: Call, values: Row) -> None:
    """Values of a transfer that the real one declines."""
    database = call.database
    if values.get("priority", "0") not in {"0", "1", False, None}:
        raise invalid(f"Wrong value for stock.picking.priority: {values['priority']!r}")
    if values.get("carrier_id") and values["carrier_id"] not in database.rows["delivery.carrier"]:
        text = "The operation cannot be completed: another model requires the record being deleted."
        raise OdooFault("odoo.exceptions.ValidationError", f"{text}\n\nConstraint: stock_picking_carrier_id_fkey\n")
    over = {row["state"] for row in map(database.rows[PICKING].get, call.ids) if row} & {"done", "cancel"}
    if "scheduled_date" in values and over and database.major < 19:
        text = "You cannot change the Scheduled Date on a done or cancelled transfer."
        raise OdooFault("odoo.exceptions.UserError", text)


def _unlink(call: Call) -> bool:
    for each in call.ids:
        call.database.write(call.model, [each], {}, call.uid)
        call.database.delete(call.model, each)
    return True


def _get_external_id(call: Call) -> dict[str, str]:
    return {str(each): call.database.external.get((call.model, each), "") for each in call.ids}


def _has_access(_call: Call) -> bool:
    return True


def _context_get(call: Call) -> dict[str, Any]:
    return {"lang": "en_US", "tz": "UTC", "uid": call.uid}


def _content(datas: Any) -> Row:
    try:
        data = base64.b64decode(datas or "")
    except binascii.Error as reason:
        raise OdooFault("binascii.Error", str(reason)) from None
    return {"checksum": hashlib.sha1(data, usedforsecurity=False).hexdigest(), "file_size": len(data)}


def _key(value: Any) -> Any:
    """Empty values sort last, as PostgreSQL does with NULL."""
    return (value is False, "" if value is False else value)


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
    "get_external_id": Method(_get_external_id),
    "has_access": Method(_has_access, ("operation",), 1),
}
OF_USERS: Mapping[str, Method] = {"context_get": Method(_context_get, on_records=False)}


def refuse_private(model: str, method: str, major: int) -> None:
    """Methods that begin with an underscore cannot be called from outside."""
    if method.startswith("_"):
        name = f"{model}.{method}" if major >= 19 else method
        shown = f"'{name}'" if major >= 19 else name
        text = f"Private methods (such as {shown}) cannot be called remotely."
        raise OdooFault("odoo.exceptions.AccessError", text)
