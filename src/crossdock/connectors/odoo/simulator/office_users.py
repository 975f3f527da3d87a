"""Users: their keys, made by key (19 and later) or by password, and the groups they are in."""

from typing import Any

from crossdock.connectors.odoo.simulator.accounts import ADMINISTRATORS, may
from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.faults import OdooFault
from crossdock.connectors.odoo.simulator.office_models import generate
from crossdock.connectors.odoo.simulator.rows import create, refuse, unlink, window
from crossdock.connectors.odoo.simulator.rules import Call, Method, Rules

KEYS = "res.users.apikeys"
DESCRIPTION = "res.users.apikeys.description"
CHECK = "res.users.identitycheck"
_ALLOWED = "base.enable_programmatic_api_keys"


def _generate(call: Call) -> str:
    """A new key for the owner of a key, where administrators or the settings allow it."""
    uid = call.accounts.user_of(str(call.get("key")))
    if not uid or uid != call.uid:
        raise refuse("The provided API key is invalid or does not belong to the current user.")
    allowed = [row.get("value") for row in call.database.rows["ir.config_parameter"].values() if row["key"] == _ALLOWED]
    if uid not in ADMINISTRATORS and "True" not in allowed:
        raise refuse("Programmatic API keys are not enabled")
    expiry = str(call.get("expiration_date") or "")
    if uid not in ADMINISTRATORS and not expiry:
        raise refuse("The API key must have an expiration date")
    return generate(call, uid, str(call.get("name") or ""), expiry)


def _revoke(call: Call) -> bool:
    key = str(call.get("key"))
    if call.accounts.user_of(key) != call.uid and call.uid not in ADMINISTRATORS:
        raise refuse("The provided API key is invalid or does not belong to the current user.")
    record = call.accounts.revoke(key)
    if record:
        unlink(call, KEYS, [record])
    return True


def _remove(call: Call) -> Row:
    """Keys are removed after the password was said again."""
    return _ask(call, f"remove:{','.join(map(str, call.ids))}")


def _make_key(call: Call) -> Row:
    return _ask(call, f"make:{call.ids[0]}")


def _ask(call: Call, request: str) -> Row:
    [check] = create(call, CHECK, [{"request": request, "auth_method": "password"}])
    return {**window(CHECK, check), "target": "new"}


def _run_check(call: Call) -> Any:
    """The password said again; what was asked for is then done."""
    row = call.database.row(CHECK, call.ids[0])
    said = call.context.get("password") if call.database.major >= 19 else row.get("password")
    if not call.accounts.password_is(call.uid, str(said or "")):
        raise refuse("Incorrect Password, try again or click on Forgot Password to reset your password.")
    what, _, ids = str(row["request"]).partition(":")
    if what == "remove":
        for each in map(int, ids.split(",")):
            call.accounts.revoke_record(each)
            unlink(call, KEYS, [each])
        return {"type": "ir.actions.act_window_close"}
    name = call.database.row(DESCRIPTION, int(ids)).get("name")
    key = generate(call, call.uid, str(name or ""), "")
    return {**window("res.users.apikeys.show"), "target": "new", "context": {"default_key": key}}


def _check_right(call: Call) -> bool:
    """As ``has_access`` of older versions."""
    if may(call.uid, call.model, str(call.get("operation"))):
        return True
    if call.get("raise_exception", True):
        raise OdooFault("odoo.exceptions.AccessError")
    return False


def _members(database: Database, row: Row) -> list[int]:
    field = "group_ids" if database.major >= 19 else "groups_id"
    return [user["id"] for user in database.rows["res.users"].values() if row["id"] in (user.get(field) or [])]


def _implied(database: Database, row: Row) -> list[int]:
    """Every group a group brings along."""
    found: list[int] = []
    open_ = list(row.get("implied_ids") or [])
    while open_:
        each = open_.pop()
        if each not in found:
            found.append(each)
            open_ += database.row("res.groups", each).get("implied_ids") or []
    return sorted(found)


def _full_name(_database: Database, row: Row) -> str:
    return str(row.get("name") or "")


USER_RULES: dict[str, Rules] = {
    KEYS: Rules(
        methods={
            "generate": Method(_generate, ("key", "scope", "name", "expiration_date"), 4, on_records=False),
            "revoke": Method(_revoke, ("key",), 1, on_records=False),
            "remove": Method(_remove),
        }
    ),
    DESCRIPTION: Rules(methods={"make_key": Method(_make_key)}),
    CHECK: Rules(methods={"run_check": Method(_run_check)}),
    "res.groups": Rules(
        computed={
            "users": _members,
            "user_ids": _members,
            "all_implied_ids": _implied,
            "trans_implied_ids": _implied,
            "full_name": _full_name,
        },
        required=(("name", "Name"),),
        title="Access Groups",
    ),
}
CHECK_RIGHTS = {"check_access_rights": Method(_check_right, ("operation", "raise_exception"), 1, on_records=False)}
"""Up to Odoo 18."""
