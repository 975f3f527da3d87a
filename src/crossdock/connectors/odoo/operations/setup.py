"""`crossdock odoo setup`: user, rights, key, and the tier; run as often as you like, it only does what is missing."""

from typing import Any

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.connector import OdooConnector
from crossdock.connectors.odoo.operations import modules, tier_action
from crossdock.connectors.odoo.operations.calling import Calls, administrator, search
from crossdock.connectors.odoo.operations.keys import by_administrator, ends, login_of, works
from crossdock.connectors.odoo.operations.owned import Owned
from crossdock.connectors.odoo.operations.rights import DEFAULT_FLOWS, needed
from crossdock.connectors.odoo.operations.saying import changed, warning
from crossdock.connectors.odoo.operations.user import Wanted, companies, groups_field, keep_user, member
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Errand, OperationStopped, Report, Step

_PROGRAMMATIC = "base.enable_programmatic_api_keys"


def question(options: Any) -> str:
    """Asked before things are taken away."""
    if options.get("remove"):
        return "Remove the server action, the model with all its events and the fields of transfers from Odoo?"
    return ""


async def setup(connector: OdooConnector, errand: Errand) -> Report:
    """Everything an administrator does for Crossdock in Odoo, with the reason for each."""
    options = errand.options
    calls = await administrator(errand)
    owned = Owned(calls, dry=errand.dry_run)
    if options.get("remove"):
        if options.get("tier") != "action":
            raise OperationStopped("--remove takes tier 2 away: say --tier action --remove.", "remove without its tier")
        return Report(tuple(await tier_action.remove(owned)))
    steps = await modules.examine(calls)
    user, done = await keep_user(owned, await _wanted(errand, calls))
    steps += done
    if user:
        steps += await companies(calls, user, errand.surroundings.config.company_ids)
    if options.get("allow-rotation"):
        steps.append(await _allow_rotation(owned, await connector.session.version()))
    shown: tuple[str, ...] = ()
    if not options.get("no-key"):
        step, shown = await _key(errand, calls, user, await connector.session.version())
        steps.append(step)
    if options.get("tier") == "action":
        steps += await tier_action.install(owned, user, await groups_field(calls), view=bool(options.get("view")))
    elif options.get("tier") == "addon":
        steps += await modules.install_addon(owned)
        steps += await member(owned, user, await groups_field(calls), modules.ADDON_GROUP)
    return Report(tuple(steps), {"user": user}, shown)


async def _wanted(errand: Errand, calls: Calls) -> Wanted:
    options, login = errand.options, login_of(errand)
    email = str(options.get("email") or (login if "@" in login else ""))
    if not email and not await search(calls, "res.users", [("login", "=", login), ("email", "!=", False)]):
        raise OperationStopped("Give the integration user an address: --email (Odoo 18 refuses notes without).", login)
    flows = tuple(options.get("with") or ()) or DEFAULT_FLOWS
    return Wanted(
        login=login,
        email=email,
        name=str(options.get("name") or "Crossdock"),
        needs=needed(flows),
        companies=tuple(errand.surroundings.config.company_ids),
        exact=bool(options.get("exact")),
    )


async def _allow_rotation(owned: Owned, serie: str) -> Step:
    subject = "renewing keys over the API"
    if serie.startswith(("17", "18")):
        return warning(subject, f"{serie} has no such thing", "rotate with --admin-login or --with-password")
    why = f"{_PROGRAMMATIC}: every internal user may renew its own keys with a key it has"
    present = await owned.calls.call(Call("ir.config_parameter", "get_param", arguments={"key": _PROGRAMMATIC}))
    if str(present) == "True":
        return changed(subject, "", why, dry=owned.dry)
    if not owned.dry:
        arguments = {"key": _PROGRAMMATIC, "value": "True"}
        await owned.calls.call(Call("ir.config_parameter", "set_param", arguments=arguments, writes=True))
    return changed(subject, "allowed", why, dry=owned.dry)


async def _key(errand: Errand, calls: Calls, user: int, serie: str) -> tuple[Step, tuple[str, ...]]:
    """The key where the configuration refers to: kept when Odoo takes it, else a new one."""
    reference, days = errand.surroundings.config.api_key, int(errand.options.get("key-days") or 90)
    try:
        present = errand.surroundings.secrets.reveal(reference)
        if user and await works(errand, present):
            return changed("API key", "", f"the one at {reference} works", dry=errand.dry_run), ()
    except UnknownSecret:
        pass
    why = f"ends on {ends(errand, days)}; Odoo allows ordinary users 90 days by default"
    if errand.dry_run or not user:
        return changed("API key", f"made and written to {reference}", why, dry=True), ()
    key = await by_administrator(errand, calls, user, serie).make(f"crossdock {ends(errand, 0)[:10]}", days)
    if errand.keep(reference, key):
        return changed("API key", f"made and written to {reference}", why, dry=False), ()
    return warning("API key", f"made; {why}", f"put it where {reference} points"), (key,)
