"""Tier 2: a manual model, manual fields on transfers and one server action, made over the API; no module."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import Row
from crossdock.connectors.odoo.operations.calling import Calls, find, search
from crossdock.connectors.odoo.operations.owned import Owned, model_id, reference, run_code
from crossdock.connectors.odoo.operations.saying import changed, error, warning
from crossdock.ports.spec import Step

EVENT = "x_crossdock_event"
PICKING = "stock.picking"
ACTION = "ir.actions.server"
ACTION_NAME = "Crossdock: apply events"
GROUP = "group_integration"
MARK = "crossdock:apply_events"
"""``x_key`` of the row that tells the integration user, who may not read actions, the action's id (``x_rank``) and the
version of its code (``x_name``).
"""
_INDEX = f"{EVENT}_key_unique"
_UNIQUE = f"""\
ask = "SELECT 1 FROM pg_indexes WHERE schemaname = current_schema() AND indexname = '{_INDEX}'"
env.cr.execute(ask)
before = bool(env.cr.fetchall())
env.cr.execute('CREATE UNIQUE INDEX IF NOT EXISTS {_INDEX} ON {EVENT} (x_key)')
env.cr.execute(ask)
action = {{'before': before, 'there': bool(env.cr.fetchall())}}
"""  # noqa: S608 - names of this file only

EVENT_FIELDS: Sequence[Row] = (
    {"name": "x_name", "ttype": "char", "field_description": "Name"},
    {"name": "x_key", "ttype": "char", "field_description": "Event id", "index": True},
    {"name": "x_picking_id", "ttype": "many2one", "field_description": "Transfer", "relation": PICKING, "index": True,
     "on_delete": "cascade"},
    {"name": "x_kind", "ttype": "char", "field_description": "Kind"},
    {"name": "x_milestone", "ttype": "char", "field_description": "Milestone"},
    {"name": "x_exception", "ttype": "char", "field_description": "Exception"},
    {"name": "x_at", "ttype": "datetime", "field_description": "Happened at"},
    {"name": "x_rank", "ttype": "integer", "field_description": "Rank"},
    {"name": "x_text", "ttype": "text", "field_description": "Text"},
    {"name": "x_data", "ttype": "text", "field_description": "Details"},
)  # fmt: skip
PICKING_FIELDS: Sequence[tuple[str, str, str]] = (
    ("x_crossdock_milestone", "char", "Milestone"),
    ("x_crossdock_milestone_at", "datetime", "Milestone at"),
    ("x_crossdock_exception", "char", "Exception"),
    ("x_crossdock_eta", "datetime", "Expected arrival"),
    ("x_crossdock_tour", "char", "Tour"),
    ("x_crossdock_tour_sequence", "integer", "Stop"),
    ("x_crossdock_vehicle", "char", "Vehicle"),
    ("x_crossdock_driver", "char", "Driver"),
    ("x_crossdock_slot_from", "datetime", "Slot from"),
    ("x_crossdock_slot_to", "datetime", "Slot to"),
    ("x_crossdock_signed_by", "char", "Signed by"),
    ("x_crossdock_marks", "text", "Marks"),
)


def code() -> str:
    """The text of the server action."""
    return files(__package__).joinpath("apply_events.py.txt").read_text(encoding="utf-8").strip()


def version_of(text: str) -> str:
    """The first twelve digits of the SHA-256 of an action's code, which Odoo strips of outer white space."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:12]


async def install(owned: Owned, user: int, groups_field: str, *, view: bool) -> list[Step]:
    """Make or repair all of it; ``user`` is the integration user, ``groups_field`` this version's word for its groups.

    Every new field makes Odoo reload its registry (seconds), so all fields of a model are made in one call.
    """
    picking = await model_id(owned.calls, PICKING)
    if not picking:
        return [error("module stock", "transfers are not there", "install the app Inventory in Odoo")]
    steps = [await _group(owned, user, groups_field), await _model(owned)]
    steps.append(await _picking_fields(owned, picking))
    steps += await _access(owned)
    steps.append(await _index(owned))
    steps.append(await _action(owned, picking, groups_field))
    if view:
        steps.append(await _view(owned))
    return steps


async def remove(owned: Owned) -> list[Step]:
    """Take all of it away again, with the events and what was written into the fields; the notes stay."""
    steps = []
    for name, model, module, why in (
        ("view_picking", "ir.ui.view", "crossdock_setup", "the page on the transfer's form"),
        ("apply_events", ACTION, "crossdock", "the server action"),
    ):
        gone = await owned.drop(name, model, module=module)
        steps.append(changed(why, "removed" if gone else "", f"external id {module}.{name}", dry=owned.dry))
    names = [name for name, _, _ in PICKING_FIELDS]
    fields = await search(owned.calls, "ir.model.fields", [("model", "=", PICKING), ("name", "in", names)])
    steps.append(await _unlink(owned, "ir.model.fields", fields, "fields of transfers", f"{len(fields)} manual fields"))
    await owned.drop("access_event", "ir.model.access")
    models = await search(owned.calls, "ir.model", [("model", "=", EVENT)])
    steps.append(await _unlink(owned, "ir.model", models, f"model {EVENT}", "with all its events"))
    gone = await owned.drop(GROUP, "res.groups")
    steps.append(changed("group of the integration user", "removed" if gone else "", "no longer needed", dry=owned.dry))
    return steps


async def _unlink(owned: Owned, model: str, ids: Sequence[int], subject: str, why: str) -> Step:
    if ids and not owned.dry:
        await owned.calls.call(Call(model, "unlink", tuple(ids), writes=True))
    return changed(subject, "removed" if ids else "", why, dry=owned.dry)


async def _group(owned: Owned, user: int, groups_field: str) -> Step:
    group, done = await owned.keep(GROUP, "res.groups", {"name": "Crossdock integration"})
    why = "who is in it may use the server action and the events, nobody else"
    if (
        group
        and user
        and group not in (await find(owned.calls, "res.users", [("id", "=", user)], [groups_field]))[0][groups_field]
    ):
        await owned.write("res.users", user, {groups_field: [[4, group]]})
        done = done or "given to the integration user"
    return changed("group Crossdock integration", done, why, dry=owned.dry)


async def _model(owned: Owned) -> Step:
    why = "keeps each event once, by its id"
    found = await model_id(owned.calls, EVENT)
    if not found:
        values = {"name": "Crossdock event", "model": EVENT, "field_id": [[0, 0, each] for each in EVENT_FIELDS]}
        if not owned.dry:
            await owned.calls.call(Call("ir.model", "create", None, {"vals_list": [values]}, writes=True))
        return changed(f"model {EVENT}", "made", why, dry=owned.dry)
    present = {row["name"] for row in await find(owned.calls, "ir.model.fields", [("model", "=", EVENT)], ["name"])}
    missing = [{**each, "model_id": found} for each in EVENT_FIELDS if each["name"] not in present]
    await _new_fields(owned, missing)
    return changed(f"model {EVENT}", "completed" if missing else "", why, dry=owned.dry)


async def _picking_fields(owned: Owned, picking: int) -> Step:
    domain = [("model", "=", PICKING), ("name", "=like", "x_crossdock_%")]
    present = {row["name"] for row in await find(owned.calls, "ir.model.fields", domain, ["name"])}
    # copied: a backorder is a copy of its transfer and has a life of its own.
    missing: list[Row] = [
        {"model_id": picking, "name": name, "ttype": kind, "field_description": text, "copied": False}
        for name, kind, text in PICKING_FIELDS
        if name not in present
    ]
    await _new_fields(owned, missing)
    done = f"{len(missing)} made" if missing else ""
    return changed(
        "fields of transfers", done, "milestone, exception, ETA, tour and proof on the transfer", dry=owned.dry
    )


async def _new_fields(owned: Owned, rows: Sequence[Row]) -> None:
    if rows and not owned.dry:
        await owned.calls.call(Call("ir.model.fields", "create", None, {"vals_list": list(rows)}, writes=True))


async def _access(owned: Owned) -> list[Step]:
    values = {
        "name": "Crossdock integration: events",
        "model_id": await model_id(owned.calls, EVENT),
        "group_id": await owned.named(GROUP, "res.groups"),
        "perm_read": True, "perm_write": True, "perm_create": True, "perm_unlink": False,
    }  # fmt: skip
    _, done = await owned.keep("access_event", "ir.model.access", values)
    return [changed("access to events", done, "for the group Crossdock integration only", dry=owned.dry)]


async def _index(owned: Owned) -> Step:
    """A real unique index: two calls at the same time cannot both keep an event."""
    subject, why = "unique index on event ids", "no event is kept twice, not even by a race"
    if owned.dry:
        return changed(subject, "looked after", why, dry=True)
    found = await run_code(owned, _UNIQUE)
    if not found.get("there"):
        return error(subject, "Odoo did not make it", f"look for two rows of one x_key in {EVENT}")
    return changed(subject, "" if found.get("before") else "made", why, dry=False)


async def _action(owned: Owned, picking: int, groups_field: str) -> Step:
    values: Row = {
        "name": ACTION_NAME, "model_id": picking, "state": "code", "code": code(),
        groups_field: [[6, 0, [await owned.named(GROUP, "res.groups")]]],
    }  # fmt: skip
    action, done = await owned.keep("apply_events", ACTION, values, module="crossdock")
    version = version_of(values["code"])
    if action:
        await _mark(owned, action, version)
    return changed(f"server action ({version})", done, "applies many events in one call", dry=owned.dry)


async def _mark(owned: Owned, action: int, version: str) -> None:
    # An administrator who is not in the group may not write events, so it is done by code, which may.
    row = {"x_key": MARK, "x_name": version, "x_kind": "setup", "x_rank": action}
    lines = [
        f"marks = env['{EVENT}'].sudo().search([('x_key', '=', {MARK!r})])",
        f"values = {row!r}",
        f"marks.write(values) if marks else env['{EVENT}'].sudo().create(values)",
    ]
    await run_code(owned, "\n".join(lines))


async def _view(owned: Owned) -> Step:
    inherited = await reference(owned.calls, "stock.view_picking_form")
    rows = "".join(f'<field name="{name}" readonly="1"/>' for name, _, _ in PICKING_FIELDS)
    page = f'<page string="Crossdock" name="crossdock"><group><group>{rows}</group></group></page>'
    values = {
        "name": "stock.picking.form.crossdock", "model": PICKING, "type": "form", "inherit_id": inherited,
        "arch": f'<data><xpath expr="//page[@name=\'extra\']" position="before">{page}</xpath></data>',
    }  # fmt: skip
    try:
        # Odoo rewrites white space in a view, so only whether it is there is compared.
        done = ""
        if not await owned.named("view_picking", "ir.ui.view"):
            await owned.make("view_picking", "ir.ui.view", values)
            done = "made"
    except Failed as failed:
        return warning("page on the transfer's form", f"Odoo declines it ({failed.name})", "leave --view away")
    return changed("page on the transfer's form", done, "people see milestone, ETA and tour", dry=owned.dry)


async def present(calls: Calls) -> tuple[int, str]:
    """As the integration user: the action's id and the version of its code; ``(0, "")`` without tier 2."""
    try:
        rows = await find(calls, EVENT, [("x_key", "=", MARK)], ["x_rank", "x_name"])
    except Failed:
        return 0, ""
    return (int(rows[0]["x_rank"]), str(rows[0]["x_name"])) if rows else (0, "")
