"""Making, changing and removing rows with all their model adds: children by commands, mandatory fields, hooks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crossdock.connectors.odoo.simulator.database import Row
from crossdock.connectors.odoo.simulator.faults import OdooFault, missing
from crossdock.connectors.odoo.simulator.rules import NOTHING, Call, Rules


def rules_of(call: Call, model: str) -> Rules:
    """What a model adds to plain rows."""
    return call.rules.get(model, NOTHING)


def create(call: Call, model: str, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """New rows of a model, their children included. Raises `OdooFault`."""
    rules, made = rules_of(call, model), []
    for given in rows:
        row = {**_defaults(call, model), **given}
        row = rules.prepare(call, row) if rules.prepare else row
        children = {name: row.pop(name) for name in _children(call, model, row)}
        _check_required(call, model, rules, row)
        made.append(call.database.create(model, {"create_uid": call.uid, "write_uid": call.uid, **row}))
        for name, commands in children.items():
            command_children(call, model, made[-1], name, commands)
    if rules.created:
        rules.created(call, made)
    return made


def write(call: Call, model: str, ids: Sequence[int], values: Mapping[str, Any]) -> None:
    """Change rows as a user does: checks before, consequences after. Raises `OdooFault`."""
    rules, table = rules_of(call, model), call.database.rows[model]
    call.database.check_fields(model, values)
    for each in ids:
        if each not in table:
            raise missing(model, each, call.uid)
    row = rules.check(call, list(ids), dict(values)) if rules.check else dict(values)
    children = {name: row.pop(name) for name in _children(call, model, row)}
    _check_emptied(call, model, rules, row)
    before = {each: dict(table[each]) for each in ids}
    call.database.write(model, ids, {**row, "write_uid": call.uid}, call.uid)
    for each in ids:
        for name, commands in children.items():
            command_children(call, model, each, name, commands)
    if rules.written:
        rules.written(call, list(ids), row, before)


def unlink(call: Call, model: str, ids: Sequence[int]) -> None:
    """Remove rows and what cannot be without them. Raises `OdooFault`."""
    rules = rules_of(call, model)
    for each in ids:
        if each not in call.database.rows[model]:
            raise missing(model, each, call.uid)
    if rules.deleting:
        rules.deleting(call, list(ids))
    for each in ids:
        if each in call.database.rows[model]:
            call.database.delete(model, each)


def command_children(call: Call, model: str, parent: int, name: str, commands: Any) -> None:
    """Carry out the commands of a one2many: (0, 0, values), (1, id, values), (2, id), (3, id), (4, id), (6, 0, ids)."""
    field = call.database.schema[model][name]
    child, inverse = field.relation, field.inverse
    for command in commands or []:
        match command[0]:
            case 0:
                create(call, child, [{**command[2], inverse: parent}])
            case 1:
                write(call, child, [command[1]], command[2])
            case 2:
                unlink(call, child, [command[1]])
            case 3:
                write(call, child, [command[1]], {inverse: False})
            case 4:
                write(call, child, [command[1]], {inverse: parent})
            case 6:
                _set_children(call, child, inverse, parent, command[2])


def touch(call: Call, model: str, ids: Iterable[int]) -> None:
    """A stored field that only Odoo computes has changed: the write date moves."""
    call.database.write(model, list(dict.fromkeys(each for each in ids if each)), {}, call.uid)


def next_name(call: Call, model: str, prefix: str, width: int) -> str:
    """The next number of a sequence, such as ``S00042``; it starts after what is there."""
    return f"{prefix}{call.database.next_number(model):0{width}d}"


def _set_children(call: Call, child: str, inverse: str, parent: int, wanted: Sequence[int]) -> None:
    gone = [row["id"] for row in call.database.of(child, inverse, parent) if row["id"] not in wanted]
    write(call, child, gone, {inverse: False})
    write(call, child, wanted, {inverse: parent})


def _children(call: Call, model: str, row: Row) -> list[str]:
    fields = call.database.schema[model]
    return [name for name in row if name in fields and fields[name].type == "one2many"]


def _defaults(call: Call, model: str) -> Row:
    """Values the context gives with ``default_`` names."""
    found = {key.removeprefix("default_"): value for key, value in call.context.items() if key.startswith("default_")}
    return {name: value for name, value in found.items() if name in call.database.schema[model]}


def _check_required(call: Call, model: str, rules: Rules, row: Row) -> None:
    for name, label in rules.required:
        if row.get(name) in (None, False, ""):
            raise lacking(call.database.major, model, rules.title, name, label)


def _check_emptied(call: Call, model: str, rules: Rules, row: Row) -> None:
    for name, label in rules.required:
        if name in row and row[name] in (None, False, ""):
            raise lacking(call.database.major, model, rules.title, name, label)


def lacking(major: int, model: str, title: str, name: str, label: str) -> OdooFault:
    """What a mandatory field left empty raises."""
    if major >= 19:
        text = (
            f"The operation cannot be completed: Missing required value for the field '{label}' ({name}).\n"
            f"Model: '{title}' ({model})\n- create/update: a mandatory field is not set\n"
            "- delete: another model requires the record being deleted, you can archive it instead\n"
        )
    else:
        text = (
            "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n"
            "- Delete: another model requires the record being deleted. If possible, archive it instead.\n\n"
            f"Model: {title} ({model})\nField: {label} ({name})\n"
        )
    return OdooFault("odoo.exceptions.ValidationError", text)


def refuse(text: str) -> OdooFault:
    """What a business rule raises."""
    return OdooFault("odoo.exceptions.UserError", text)


def window(model: str, row_id: int = 0, **more: Any) -> dict[str, Any]:
    """The action that opens a form; ``context`` carries what the form starts from."""
    found = {"type": "ir.actions.act_window", "res_model": model, "view_mode": "form", "context": {}, **more}
    return {**found, "res_id": row_id} if row_id else found
