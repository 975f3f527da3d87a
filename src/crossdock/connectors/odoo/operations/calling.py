"""Calls as an administrator or as a user who signs on with a password; neither is kept or logged."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from crossdock.connectors.odoo.client.dialects import Call, jsonrpc_result
from crossdock.connectors.odoo.client.failures import BUSINESS, Failed
from crossdock.connectors.odoo.client.session import OdooSession, Row
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.ports.secrets import Secrets
from crossdock.ports.spec import Errand, OperationStopped
from crossdock.ports.verdicts import ErrorClass, Explanation, InDoubt, Reauthenticate, Retry, Verdict
from crossdock.ports.wire import HttpCaller, HttpRequest, NoAnswer, NotSent

_COOKIE = re.compile(r"session_id=([^;,\s]+)")
_JSON = {"content-type": "application/json", "accept": "application/json"}
_POSITIONAL = frozenset({"write", "create"})
WHO = "Say who may do this: --admin-login NAME (the password is asked) or --admin-key secret://…"


class Calls(Protocol):
    """Whatever carries a call to Odoo. Raises `Failed`."""

    async def call(self, call: Call) -> Any:
        """The result of one call."""
        ...


class WebSession:
    """A person's session as the browser has it, by login and password: works on every version, also where keys do not,
    and is the only way to what asks for the password again. Refused where the user has two-factor sign-on.
    """

    def __init__(self, config: OdooConfig, http: HttpCaller, login: str, password: str) -> None:
        """Signs on at the first call."""
        self._config = config
        self._url = config.url.rstrip("/")
        self._http = http
        self._login = login
        self.password = password
        self._cookie = ""
        self.uid = 0

    async def call(self, call: Call) -> Any:
        """The result of one call, as ``/web/dataset/call_kw`` of the web client gives it."""
        await self.sign_on()
        positional: list[Any] = [] if call.ids is None else [list(call.ids)]
        named: dict[str, Any] = dict(call.arguments)
        if call.method in _POSITIONAL:
            positional += named.values()
            named = {}
        if call.context:
            named["context"] = dict(call.context)
        params = {"model": call.model, "method": call.method, "args": positional, "kwargs": named}
        return await self._post("/web/dataset/call_kw", params, call.what, writes=call.writes)

    async def sign_on(self) -> None:
        """Have a session. Raises `Failed` where login or password are refused."""
        if self._cookie:
            return
        params = {"db": self._config.database, "login": self._login, "password": self.password}
        found = await self._post("/web/session/authenticate", params, "session.authenticate", writes=False)
        uid = found.get("uid") if isinstance(found, dict) else None
        if not uid or not self._cookie:
            text = (
                f"Odoo does not let '{self._login}' in by password alone: use a key of this user instead (--admin-key)."
            )
            raise Failed(Reauthenticate(Explanation(text, "session.authenticate names no user (two-factor sign-on?)")))
        self.uid = int(uid)

    async def _post(self, path: str, params: Row, what: str, *, writes: bool) -> Any:
        headers = {**_JSON, "cookie": f"session_id={self._cookie}"} if self._cookie else _JSON
        body = msgspec.json.encode({"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})
        try:
            answer = await self._http.call(HttpRequest("POST", self._url + path, headers, body, self._config.timeout))
        except NotSent as reason:
            why = Explanation("Odoo cannot be reached: check its address and the network.", f"{what}: {reason}")
            raise Failed(Retry(why, ErrorClass.UNREACHABLE)) from None
        except NoAnswer as reason:
            why = Explanation(
                "Odoo did not answer in time: run it again, it goes on where it was.", f"{what}: {reason}"
            )
            raise Failed(InDoubt(why) if writes else Retry(why, ErrorClass.TIMEOUT)) from None
        if found := _COOKIE.search(answer.headers.get("set-cookie", "")):
            self._cookie = found[1]
        return jsonrpc_result(answer, what, writes=writes)


class _Keyring:
    """Secrets of which one reference is known by its value already: a key that is not yet where it belongs."""

    def __init__(self, inner: Secrets, key: str) -> None:
        self._inner = inner
        self._key = key

    def reveal(self, reference: str) -> str:
        return self._key or self._inner.reveal(reference)


def with_key(errand: Errand, key: str) -> OdooSession:
    """A session of the integration user with this very key, whatever its secret reference says."""
    around = errand.surroundings
    config = msgspec.structs.replace(around.config, company_ids=())
    return OdooSession(config, around.http, _Keyring(around.secrets, key))


async def administrator(errand: Errand) -> Calls:
    """The administrator the options name. Raises `OperationStopped` when none is named or it is no administrator."""
    calls = _named(errand)
    try:
        await search(calls, "ir.config_parameter", [], limit=1)
    except Failed as failed:
        if failed.name == "AccessError":
            raise OperationStopped(
                "This user is no administrator of Odoo (Settings): name another.", "AccessError"
            ) from None
        raise stopped(failed) from None
    return calls


def _named(errand: Errand) -> Calls:
    around, options = errand.surroundings, errand.options
    login, reference = str(options.get("admin-login") or ""), str(options.get("admin-key") or "")
    if reference:
        # JSON-RPC wants the login a key belongs to as well.
        changed = {"api_key": reference, "login": login or "admin", "company_ids": ()}
        return OdooSession(msgspec.structs.replace(around.config, **changed), around.http, around.secrets)
    if not login:
        raise OperationStopped(WHO, "no administrator was named")
    given = str(options.get("admin-password") or "")
    password = around.secrets.reveal(given) if given else errand.ask(f"Password of {login} in Odoo")
    return WebSession(around.config, around.http, login, password)


def named_administrator(errand: Errand) -> bool:
    """Whether the options name an administrator."""
    return bool(errand.options.get("admin-login") or errand.options.get("admin-key"))


def stopped(failed: Failed) -> OperationStopped:
    """A failed call as the end of an operation."""
    why = explanation(failed.verdict)
    return OperationStopped(why.operator, why.engineer)


def explanation(verdict: Verdict) -> Explanation:
    """Why a call failed; a refusal for a business reason without words is one in Odoo's own."""
    return getattr(verdict, "why", Explanation(BUSINESS.format(text=""), type(verdict).__name__))


async def search(calls: Calls, model: str, domain: Sequence[Any], *, limit: int | None = None) -> list[int]:
    """Ids that match, archived records too."""
    arguments: Row = {"domain": list(domain), "order": "id"}
    if limit is not None:
        arguments["limit"] = limit
    found = await calls.call(Call(model, "search", arguments=arguments, context={"active_test": False}))
    return list(found)


async def find(calls: Calls, model: str, domain: Sequence[Any], fields: Sequence[str]) -> list[Row]:
    """Rows that match, archived ones too; relations come as ``[id, name]``."""
    arguments: Row = {"domain": list(domain), "fields": list(fields), "order": "id"}
    found = await calls.call(Call(model, "search_read", arguments=arguments, context={"active_test": False}))
    return list(found)


async def fields_of(calls: Calls, model: str) -> dict[str, Row]:
    """The fields of a model, by name."""
    found = await calls.call(Call(model, "fields_get", arguments={"attributes": ["type"]}))
    return dict(found)
