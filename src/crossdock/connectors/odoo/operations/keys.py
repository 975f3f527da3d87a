"""API keys of the integration user: made, verified and revoked in the three ways the versions of Odoo offer."""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.client.cursor import text_of
from crossdock.connectors.odoo.client.dialects import JSON2, Call
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import OdooSession, Row
from crossdock.connectors.odoo.operations.calling import (
    Calls,
    WebSession,
    administrator,
    find,
    named_administrator,
    search,
    stopped,
    with_key,
)
from crossdock.connectors.odoo.operations.owned import Owned, run_code
from crossdock.ports.spec import Errand, OperationStopped

KEYS = "res.users.apikeys"
_DESCRIPTION = "res.users.apikeys.description"
_CHECK = "res.users.identitycheck"
_DURATIONS = frozenset({1, 7, 30, 90, 180, 365})
_INDEX_DIGITS = 8
"""Odoo finds a key by its first eight digits, which it keeps readable beside the hash."""
_DAY = 86_400
NO_WAY = (
    "This Odoo does not let a user renew its own key over the API: allow it once (19 and later) with"
    " `crossdock odoo setup --allow-rotation`, name an administrator (--admin-login), or sign on as the integration"
    " user (--with-password)."
)


class Way(Struct, frozen=True):
    """How keys are made and revoked here. ``make`` takes a name and days to live; ``revoke`` the key itself and, where
    it is known, the id of its record.
    """

    name: str
    make: Callable[[str, int], Awaitable[str]]
    revoke: Callable[[str, int], Awaitable[bool]]


def ends(errand: Errand, days: int) -> str:
    """The moment a key of so many days ends, as Odoo writes it."""
    return text_of(errand.surroundings.clock.now() // 1_000_000 + days * _DAY)


async def way_of(errand: Errand, session: OdooSession) -> Way:
    """The way the options and the version leave. Raises `OperationStopped` when there is none."""
    if named_administrator(errand):
        calls = await administrator(errand)
        return by_administrator(errand, calls, await user_of(errand, calls), await session.version())
    if errand.options.get("with-password"):
        given = str(errand.options.get("password") or "")
        login = login_of(errand)
        secret = errand.surroundings.secrets.reveal(given) if given else errand.ask(f"Password of {login} in Odoo")
        return by_password(WebSession(errand.surroundings.config, errand.surroundings.http, login, secret))
    if await session.dialect() != JSON2:
        text = "Odoo 17 and 18 give keys only to people: sign on as the integration user (--with-password), or name an"
        raise OperationStopped(f"{text} administrator (--admin-login).", "no res.users.apikeys.generate before 19")
    return by_key(errand, session)


def login_of(errand: Errand) -> str:
    """The integration user's login. Raises `OperationStopped` when nobody says it."""
    login = str(errand.options.get("login") or errand.surroundings.config.login)
    if not login:
        raise OperationStopped("Say which user: --login, or `login` in the partner's configuration.", "no login")
    return login


async def user_of(errand: Errand, calls: Calls) -> int:
    """The integration user's id, asked as an administrator. Raises `OperationStopped`."""
    login = login_of(errand)
    found = await search(calls, "res.users", [("login", "=", login)], limit=1)
    if not found:
        raise OperationStopped(f"There is no user '{login}' in Odoo: crossdock odoo setup makes it.", "res.users: none")
    return found[0]


def by_key(errand: Errand, session: OdooSession) -> Way:
    """With the key in use itself: 19 and later, where programmatic keys are enabled."""
    around = errand.surroundings
    old = around.secrets.reveal(around.config.api_key)

    async def make(name: str, days: int) -> str:
        arguments = {"key": old, "scope": None, "name": name, "expiration_date": ends(errand, days)}
        try:
            return str(await session.call(Call(KEYS, "generate", arguments=arguments, writes=True)))
        except Failed as failed:
            if failed.name in {"UserError", "NotFound", "AttributeError"}:
                raise OperationStopped(NO_WAY, stopped(failed).engineer) from None
            raise

    async def revoke(key: str, record: int) -> bool:  # noqa: ARG001 - the key itself names it
        return bool(await session.call(Call(KEYS, "revoke", arguments={"key": key}, writes=True)))

    return Way("with the key in use", make, revoke)


def by_administrator(errand: Errand, calls: Calls, user: int, serie: str) -> Way:
    """As an administrator, by a server action that lives for one call; the user itself needs no password."""
    owned = Owned(calls)

    async def make(name: str, days: int) -> str:
        until = f"datetime.datetime.strptime('{ends(errand, days)}', '%Y-%m-%d %H:%M:%S')"
        arguments = f"None, {name!r}" if serie.startswith("17") else f"None, {name!r}, {until}"
        made = await run_code(
            owned, f"action = {{'key': env['{KEYS}'].with_user({user}).sudo()._generate({arguments})}}"
        )
        return str(made["key"])

    async def revoke(key: str, record: int) -> bool:
        chosen = [record]
        if not record:
            where = f"WHERE user_id = {user} AND index = %s', [{key[:_INDEX_DIGITS]!r}]"
            sql = f"env.cr.execute('SELECT id FROM res_users_apikeys {where})\n"  # noqa: S608 - eight hex digits
            found = await run_code(owned, f"{sql}action = {{'ids': [row[0] for row in env.cr.fetchall()]}}")
            chosen = list(found.get("ids", []))
        if len(chosen) != 1:
            return False
        await run_code(owned, f"env['{KEYS}'].browse({chosen[0]})._remove()")
        return True

    return Way("as an administrator", make, revoke)


def by_password(web: WebSession) -> Way:
    """As the integration user at the web client, which asks for the password once more; the only way of 17 and 18
    without an administrator.
    """

    async def make(name: str, days: int) -> str:
        values: Row = {"name": name, "duration": str(days) if days in _DURATIONS else "90"}
        arguments = {"vals": values, "specification": {}}
        saved = await web.call(Call(_DESCRIPTION, "web_save", (), arguments, writes=True))
        description = int(saved[0]["id"])
        asked = await web.call(Call(_DESCRIPTION, "make_key", (description,), writes=True))
        told = await _identified(web, asked)
        return str(told["context"]["default_key"])

    async def revoke(key: str, record: int) -> bool:  # noqa: ARG001 - the web client knows keys by their record
        if not record:
            return False
        await _identified(web, await web.call(Call(KEYS, "remove", (record,), writes=True)))
        return True

    return Way("as the integration user, by password", make, revoke)


async def _identified(web: WebSession, answer: Any) -> Row:
    """Answer the identity check, if Odoo asks for one."""
    if not isinstance(answer, dict) or answer.get("res_model") != _CHECK:
        return answer if isinstance(answer, dict) else {}
    check = int(answer["res_id"])
    # 18 reads the password from the record, 19 from the context.
    early = {"vals": {"password": web.password}, "specification": {}}
    try:
        await web.call(Call(_CHECK, "web_save", (check,), early, writes=True))
    except Failed as failed:
        if failed.name not in {"ValueError", "AccessError", "KeyError"}:
            raise
    context = {"password": web.password}
    found = await web.call(Call(_CHECK, "run_check", (check,), context=context, writes=True))
    return found if isinstance(found, dict) else {}


async def works(errand: Errand, key: str) -> bool:
    """Whether Odoo takes this key."""
    try:
        await with_key(errand, key).call(Call("res.users", "context_get"))
    except Failed as failed:
        if failed.name in {"AccessDenied", "Unauthorized"}:
            return False
        raise stopped(failed) from None
    return True


async def listed(calls: Calls, login: str) -> list[Row]:
    """The user's keys: id, name, scope, create_date, expiration_date (texts in UTC, or False)."""
    domain = [("user_id.login", "=", login)] if login else []
    known = await calls.call(Call(KEYS, "fields_get", arguments={"attributes": ["type"]}))
    wanted = [name for name in ("name", "scope", "create_date", "expiration_date") if name in known]
    return await find(calls, KEYS, domain, wanted)
