"""Automation rules that send webhooks: which changes of a committed call they are told of, and what they say."""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.domains import compile_domain
from crossdock.connectors.odoo.simulator.rows import unlink
from crossdock.connectors.odoo.simulator.rules import Call, Rules

RULE = "base.automation"
SERVER = "ir.actions.server"
_CREATED = frozenset({"on_create", "on_create_or_write"})
_WRITTEN = frozenset({"on_write", "on_create_or_write", "on_state_set"})


class Post(Struct, frozen=True):
    """One POST of a rule about one record; nothing signs it, and it is never sent again."""

    url: str
    body: bytes


def posts(database: Database, changes: Mapping[tuple[str, int], Row | None]) -> list[Post]:
    """What the rules send after a commit. ``changes``: the rows as they were before; None for new ones."""
    found: list[Post] = []
    for rule in database.rows[RULE].values():
        if rule.get("active") is False:
            continue
        model = str(database.row("ir.model", rule.get("model_id")).get("model") or "")
        of_model = [(row_id, before) for (of, row_id), before in changes.items() if of == model]
        for row_id, before in of_model:
            row = database.rows.get(model, {}).get(row_id)
            if _fires(database, model, rule, before, row):
                found += _sent(database, model, rule, row or before or {})
    return found


def _fires(database: Database, model: str, rule: Row, before: Row | None, row: Row | None) -> bool:
    trigger = rule.get("trigger")
    if row is None:
        return (
            trigger == "on_unlink" and before is not None and _fits(database, model, rule.get("filter_domain"), before)
        )
    if trigger == "on_unlink" or not _fits(database, model, rule.get("filter_domain"), row):
        return False
    if before is None:
        return trigger in _CREATED
    if trigger not in _WRITTEN or not _fits(database, model, rule.get("filter_pre_domain"), before):
        return False
    watched = [database.row("ir.model.fields", each).get("name") for each in rule.get("trigger_field_ids") or []]
    return not watched or any(before.get(name) != row.get(name) for name in watched if name)


def _fits(database: Database, model: str, domain: Any, row: Row) -> bool:
    return not domain or compile_domain(database, model, ast.literal_eval(str(domain)))(row)


def _sent(database: Database, model: str, rule: Row, row: Row) -> Iterable[Post]:
    for action in database.of(SERVER, "base_automation_id", rule["id"]):
        if action.get("state") == "webhook" and action.get("webhook_url"):
            yield Post(str(action["webhook_url"]), msgspec.json.encode(_payload(database, model, action, row)))


def _payload(database: Database, model: str, action: Row, row: Row) -> Row:
    """Relations as bare ids, dates as text."""
    name = "Send Webhook Notification" if database.major < 19 else action.get("name")
    said: Row = {"_action": f"{name}(#{action['id']})", "_id": row["id"], "_model": model}
    for each in action.get("webhook_field_ids") or []:
        field = str(database.row("ir.model.fields", each).get("name") or "")
        if field in database.schema[model]:
            said[field] = database.shown(model, row, field, classic=False)
    return {**said, "id": row["id"]} if len(said) > 3 else said


def _prepare(_call: Call, row: Row) -> Row:
    return {"active": True, "trigger": "on_create_or_write", **row}


def _deleting(call: Call, ids: list[int]) -> None:
    for each in ids:
        unlink(call, SERVER, [row["id"] for row in call.database.of(SERVER, "base_automation_id", each)])


AUTOMATION_RULES: dict[str, Rules] = {RULE: Rules(prepare=_prepare, deleting=_deleting, title="Automation Rule")}
