"""`crossdock odoo doctor`: everything the connector depends on in this Odoo, each with what to do about it."""

import email.utils
from collections.abc import Awaitable, Callable

from crossdock.connectors.odoo.client.dialects import JSON2, Call, version_request
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.findings import findings
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.connector import OdooConnector
from crossdock.connectors.odoo.operations import modules, tier_action
from crossdock.connectors.odoo.operations.calling import administrator, explanation, find, named_administrator
from crossdock.connectors.odoo.operations.key_commands import age
from crossdock.connectors.odoo.operations.keys import listed
from crossdock.connectors.odoo.operations.rights import FLOWS, RIGHTS
from crossdock.connectors.odoo.operations.saying import error, warning, well
from crossdock.connectors.odoo.operations.webhooks import examine as examine_webhooks
from crossdock.ports.spec import Errand, OperationStopped, Report, Step
from crossdock.ports.wire import NoAnswer, NotSent

_CLOCK_SECONDS = 30
_TRANSACTION_SECONDS = 120
"""``limit_time_real`` of an Odoo that was not told otherwise; it cannot be asked over the API."""
_NOT_THERE = frozenset({"NotFound", "UserError", "KeyError", "AccessError", "AttributeError"})
"""How the versions say that there is no such model or method, or that it is not for this user."""
_RUN = (18, 19)
_EXPECTED = (17, 20)


async def doctor(connector: OdooConnector, errand: Errand) -> Report:
    """Look at everything; changes nothing. One part that cannot be looked at keeps no other from it."""
    session = connector.session
    try:
        serie = await session.version()
    except Failed as failed:
        why = explanation(failed.verdict)
        return Report((error("Odoo", why.engineer, why.operator),))
    steps = [_version(serie)]
    looks: tuple[tuple[str, Callable[[], Awaitable[list[Step]]]], ...] = (
        ("connection", lambda: _reads(session)),
        ("clock", lambda: _clock(errand)),
        ("modules", lambda: _modules(session)),
        ("rights", lambda: _rights(session, tuple(errand.options.get("with") or ()))),
        ("user", lambda: _user(session)),
        ("API keys", lambda: _keys(session, errand)),
        ("server action", lambda: _tier(session)),
        ("code of the server action", lambda: _code(errand)),
        ("webhooks", lambda: examine_webhooks(errand)),
        ("databases", lambda: _databases(session, errand)),
    )
    for subject, look in looks:
        steps += await _guarded(subject, look)
    steps.append(_overlap(session))
    return Report(tuple(steps), {"version": serie})


async def _guarded(subject: str, look: Callable[[], Awaitable[list[Step]]]) -> list[Step]:
    try:
        return await look()
    except Failed as failed:
        why = explanation(failed.verdict)
        return [error(subject, why.engineer, why.operator)]
    except OperationStopped as stopped:
        return [error(subject, stopped.engineer, stopped.operator)]


def _version(serie: str) -> Step:
    digits = serie.replace("saas~", "").partition(".")[0]
    major = int(digits) if digits.isdecimal() else 0
    if major in _RUN:
        return well("version", f"Odoo {serie}")
    if _EXPECTED[0] <= major <= _EXPECTED[1]:
        return warning("version", f"Odoo {serie} is supported and was not run by us", "tell us what you see")
    return error("version", f"Odoo {serie} is not supported", "use Odoo 17 to 20")


async def _modules(session: OdooSession) -> list[Step]:
    try:
        return [*await modules.examine(session), await modules.addon(session)]
    except Failed as failed:
        if failed.name != "AccessError":
            raise
        return [well("modules", "this user may not see them; what is missing shows in the rights")]


async def _reads(session: OdooSession) -> list[Step]:
    return [well("connection", line) for line in await findings(session)]


async def _clock(errand: Errand) -> list[Step]:
    around = errand.surroundings
    try:
        answer = await around.http.call(version_request(around.config.url.rstrip("/"), around.config.timeout))
    except (NotSent, NoAnswer) as reason:
        return [error("clock", str(reason), "see that Odoo can be reached")]
    said = email.utils.parsedate_tz(answer.headers.get("date", ""))
    if said is None:
        return [well("clock", "Odoo's answer says no time (a proxy takes it away)")]
    apart = email.utils.mktime_tz(said) - around.clock.now() // 1_000_000
    if abs(apart) > _CLOCK_SECONDS:
        text = f"Odoo's clock is {abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} this machine's"
        return [warning("clock", text, "let both machines keep time by NTP; ages and expiries are judged by it")]
    return [well("clock", f"{abs(apart):.0f} s apart")]


async def _rights(session: OdooSession, chosen: tuple[str, ...]) -> list[Step]:
    steps = []
    for flow in ("", *(chosen or FLOWS)):
        lacking = [f"{model} ({right})" for model, right in RIGHTS[flow] if not await _may(session, model, right)]
        subject = f"rights for {flow or 'transfers'}"
        if not lacking:
            steps.append(well(subject, f"all {len(RIGHTS[flow])} are there"))
            continue
        do = f"crossdock odoo setup --admin-login … {f'--with {flow}' if flow else ''}".rstrip()
        told = error if not flow or flow in chosen else warning
        steps.append(told(subject, f"lacks {', '.join(lacking)}", do if told is error else f"if you use it: {do}"))
    return steps


async def _may(session: OdooSession, model: str, right: str) -> bool:
    """Whether the user has a right; a model whose module is not installed gives none."""
    try:
        return bool(await session.call(Call(model, "has_access", (), {"operation": right})))
    except Failed as failed:
        if failed.name not in _NOT_THERE:
            raise
    try:  # 17 has no has_access
        arguments = {"operation": right, "raise_exception": False}
        return bool(await session.call(Call(model, "check_access_rights", arguments=arguments)))
    except Failed as failed:
        if failed.name not in _NOT_THERE:
            raise
        return False


async def _user(session: OdooSession) -> list[Step]:
    told = await session.call(Call("res.users", "context_get"))
    rows = await find(session, "res.users", [("id", "=", told["uid"])], ["login", "email", "tz"])
    user = rows[0] if rows else {}
    steps = []
    if user.get("email"):
        steps.append(well("email of the user", "is set"))
    else:
        do = "give the integration user an address; crossdock odoo setup does it"
        steps.append(warning("email of the user", "is not set: Odoo 18 then refuses notes and backorders", do))
    if user.get("tz") in {"UTC", "Etc/UTC"}:
        steps.append(well("timezone of the user", "UTC"))
    else:
        text = f"{user.get('tz') or 'none'}: reports and planned dates of Odoo are then reckoned in it"
        steps.append(warning("timezone of the user", text, "set it to UTC; crossdock odoo setup does it"))
    return steps


async def _keys(session: OdooSession, errand: Errand) -> list[Step]:
    try:
        rows = await listed(session, session.config.login)
    except Failed:
        return [warning("API key", "its age cannot be read by this user", "see the user's keys in Odoo")]
    return age(rows, errand.surroundings.clock.now() // 1_000_000)


async def _tier(session: OdooSession) -> list[Step]:
    ours = tier_action.version_of(tier_action.code())
    action, version = await tier_action.present(session)
    if not action:
        return [well("server action", "is not there (tier 2 is optional): crossdock odoo setup --tier action")]
    if version != ours:
        text = f"is of version {version}, this Crossdock brings {ours}"
        return [warning("server action", text, "run: crossdock odoo setup --tier action")]
    return [well("server action", f"version {version}, id {action}")]


async def _code(errand: Errand) -> list[Step]:
    """What the mark says is not what somebody may have edited since; only administrators may read the code itself."""
    if not named_administrator(errand):
        return []
    calls = await administrator(errand)
    rows = await find(calls, tier_action.ACTION, [("name", "=", tier_action.ACTION_NAME)], ["code"])
    ours = tier_action.version_of(tier_action.code())
    if any(tier_action.version_of(str(row["code"])) != ours for row in rows):
        do = "run: crossdock odoo setup --tier action"
        return [warning("code of the server action", "differs from the one this Crossdock brings", do)]
    return [well("code of the server action", "is the one this Crossdock brings")] if rows else []


async def _databases(session: OdooSession, errand: Errand) -> list[Step]:
    around = errand.surroundings
    web = version_request(around.config.url.rstrip("/"), around.config.timeout)
    request = type(web)(web.method, f"{around.config.url.rstrip('/')}/web/database/list", web.headers, web.body)
    try:
        answer = await around.http.call(request)
    except (NotSent, NoAnswer):
        return []
    if answer.status != 200 or b'"result"' not in answer.body:
        return [well("databases", "Odoo does not list them (as it should not)")]
    spoken = "names it in every call" if await session.dialect() == JSON2 else "names it at sign-on"
    text = f"anybody may list this Odoo's databases; Crossdock {spoken}"
    return [warning("databases", text, "start Odoo with --no-database-list (and a dbfilter where there are several)")]


def _overlap(session: OdooSession) -> Step:
    overlap = session.config.overlap
    if overlap < _TRANSACTION_SECONDS:
        text = (
            f"overlap is {overlap} s, Odoo's limit_time_real is {_TRANSACTION_SECONDS} s unless it was told otherwise"
        )
        return warning("overlap", text, "set overlap above limit_time_real, or a slow transaction may be missed")
    return well("overlap", f"{overlap} s: longer than limit_time_real must be ({_TRANSACTION_SECONDS} s by default)")
