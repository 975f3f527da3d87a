"""The calls of the web client that write much at once: load(), web_save, web_save_multi, web_read."""

from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.simulator.database import Row
from crossdock.connectors.odoo.simulator.faults import OdooFault, RolledBack, missing
from crossdock.connectors.odoo.simulator.records import search
from crossdock.connectors.odoo.simulator.rows import create, write
from crossdock.connectors.odoo.simulator.rules import Call, Method

_BUSINESS = frozenset({"odoo.exceptions.UserError", "odoo.exceptions.ValidationError"})


class _Unmatched(Exception):
    """A name that matches no record: (field, message)."""


class _Planned(Struct):
    """A record to be made or changed: its external id, its id where one is named, values, and lines by field."""

    key: str = ""
    number: int = 0
    values: dict[str, Any] = {}
    lines: dict[str, list["_Planned"]] = {}


def _load(call: Call) -> Row:
    """All rows or none: records by external id are made or changed; a message for each bad row."""
    paths = [str(name).split("/") for name in call.get("fields") or []]
    messages, plans = [], []
    for first, rows in _records(paths, call.get("data") or []):
        try:
            plans.append((first, _plan(call, call.model, paths, rows)))
        except _Unmatched as reason:
            messages.append(_message(first, *reason.args))
    if messages:
        return {"ids": False, "messages": messages, "nextrow": 0}
    ids = []
    for first, plan in plans:
        try:
            ids.append(_upsert(call, call.model, plan, {}))
        except OdooFault as fault:
            if fault.name not in _BUSINESS:
                raise
            message = _message(first, "", fault.message)
            raise RolledBack({"ids": False, "messages": [message], "nextrow": 0}) from None
    return {"ids": ids, "messages": [], "nextrow": 0}


def _records(paths: list[list[str]], data: list[list[Any]]) -> list[tuple[int, list[list[Any]]]]:
    """(number of its first row, rows) of each record; rows without own values go on with the lines of the last one."""
    own = [index for index, path in enumerate(paths) if not _is_line(path)]
    found: list[tuple[int, list[list[Any]]]] = []
    for number, row in enumerate(data):
        if found and not any(_filled(row[index]) for index in own):
            found[-1][1].append(row)
        else:
            found.append((number, [row]))
    return found


def _is_line(path: list[str]) -> bool:
    """Whether a column is about lines, as the name of their field tells."""
    return len(path) > 1 and path[0].endswith(("_line", "_lines", "_ids"))


def _filled(value: Any) -> bool:
    return value not in ("", None, False)


def _plan(call: Call, model: str, paths: list[list[str]], rows: list[list[Any]]) -> _Planned:
    """What the columns of a record's rows say. Raises `_Unmatched`."""
    plan = _Planned(values={}, lines={})
    columns: dict[str, list[int]] = {}
    for index, path in enumerate(paths):
        value, kind = rows[0][index], call.database.field(model, path[0])
        if path == ["id"]:
            plan.key = str(value or "")
        elif path == [".id"]:
            plan.number = int(value or 0)
        elif kind is None:
            raise _Unmatched(path[0], f"Invalid field '{path[0]}'")
        elif kind.type == "one2many":
            columns.setdefault(path[0], []).append(index)
        else:
            plan.values[path[0]] = _cell(call, model, path, value)
    for name, places in columns.items():
        child = call.database.schema[model][name].relation
        inner = [paths[index][1:] for index in places]
        cells = [[row[index] for index in places] for row in rows]
        plan.lines[name] = [_plan(call, child, inner, [row]) for row in cells if any(map(_filled, row))]
    return plan


def _cell(call: Call, model: str, path: list[str], value: Any) -> Any:
    """A cell as the field stores it; relations by name, ``/id`` (external) or ``/.id`` (number)."""
    field = call.database.schema[model][path[0]]
    if not _filled(value):
        return False
    if field.type == "many2one":
        return _relation(call, path, field.relation, value)
    if field.type == "many2many":
        return [[6, 0, [_relation(call, path, field.relation, part) for part in str(value).split(",")]]]
    if field.type in {"float", "integer"}:
        return float(value) if field.type == "float" else int(value)
    if field.type == "boolean":
        return str(value).lower() in {"1", "true", "yes"}
    return value


def _relation(call: Call, path: list[str], model: str, value: Any) -> int:
    how = path[1] if len(path) > 1 else ""
    label = path[0].removesuffix("_id").replace("_", " ").title()
    if how == ".id":
        if int(value) in call.database.rows[model]:
            return int(value)
        raise _Unmatched(path[0], f"No matching record found for database id '{value}' in field '{label}'")
    if how == "id":
        found = call.database.named(str(value))
        if found and found[0] == model:
            return found[1]
        raise _Unmatched(path[0], f"No matching record found for external id '{value}' in field '{label}'")
    rows = search(call.on(model, domain=[["name", "=", value]], limit=2))
    if not rows:
        raise _Unmatched(path[0], f"No matching record found for name '{value}' in field '{label}'")
    return int(rows[0]["id"])


def _upsert(call: Call, model: str, plan: _Planned, parent: Row) -> int:
    """Make or change a record, then its lines."""
    database = call.database
    key = plan.key if "." in plan.key or not plan.key else f"__import__.{plan.key}"
    known = database.named(key) if key else None
    found = plan.number or (known[1] if known and known[0] == model else 0)
    if found and key and call.context.get("mode") == "update" and database.is_kept(key):
        return found
    if found:
        write(call, model, [found], {**plan.values, **parent})
    else:
        [found] = create(call, model, [{**plan.values, **parent}])
        if key:
            database.name(model, found, key, noupdate=bool(call.context.get("noupdate")))
    for name, lines in plan.lines.items():
        field = database.schema[model][name]
        for line in lines:
            _upsert(call, field.relation, line, {field.inverse: found})
    return found


def _message(record: int, field: str, text: str) -> Row:
    told = {"rows": {"from": record, "to": record}, "type": "error", "record": record, "message": text}
    return {**told, "field": field, "field_name": field} if field else told


def _web_read(call: Call) -> list[Row]:
    specification = call.get("specification") or {}
    rows = call.database.rows[call.model]
    return [_nested(call, call.model, rows[each], specification) for each in call.ids if each in rows]


def _nested(call: Call, model: str, row: Row, specification: Row) -> Row:
    """Fields as the specification says: relations with ``fields`` as records, else as bare ids."""
    database, found = call.database, {"id": row["id"]}
    for name, inner in specification.items():
        field = database.schema[model].get(name)
        if field is None:
            raise OdooFault("builtins.KeyError", repr(name))
        value = database.shown(model, row, name, classic=False)
        wanted = (inner or {}).get("fields")
        if wanted is None or not field.relation or not value:
            found[name] = value
        elif field.type == "many2one":
            found[name] = _nested(call, field.relation, database.rows[field.relation][value], wanted)
        else:
            found[name] = [_nested(call, field.relation, database.rows[field.relation][each], wanted) for each in value]
    return found


def _web_search_read(call: Call) -> Row:
    wanted = call.get("specification") or {}
    rows = search(call)
    everything = call.on(call.model, domain=call.get("domain"))
    return {
        "length": len(search(everything)),
        "records": [_nested(call, call.model, row, wanted) for row in rows],
    }


def _web_save(call: Call) -> list[Row]:
    """New without ids, else the same values on all."""
    if not call.ids:
        call.ids = create(call, call.model, [call.get("vals") or {}])
    else:
        write(call, call.model, call.ids, call.get("vals") or {})
    return _web_read(call)


def _web_save_multi(call: Call) -> list[Row]:
    """Different values on each, since Odoo 19."""
    values = call.get("vals_list") or []
    if len(values) != len(call.ids):
        raise OdooFault("builtins.ValueError", "zip() argument 2 is shorter than argument 1")
    for each, row in zip(call.ids, values, strict=True):
        if each not in call.database.rows[call.model]:
            raise missing(call.model, each, call.uid)
        write(call, call.model, [each], row)
    return _web_read(call)


WEB = {
    "load": Method(_load, ("fields", "data"), 2, on_records=False),
    "web_read": Method(_web_read, ("specification",), 1),
    "web_search_read": Method(
        _web_search_read, ("domain", "specification", "offset", "limit", "order", "count_limit"), 2, on_records=False
    ),
    "web_save": Method(_web_save, ("vals", "specification", "next_id"), 2),
}
SINCE_19 = {"web_save_multi": Method(_web_save_multi, ("vals_list", "specification"), 2)}
