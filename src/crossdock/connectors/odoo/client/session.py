"""A session with one Odoo database: finds the dialect, signs on, calls, and turns every failure into a verdict."""

import asyncio
from collections.abc import Sequence
from typing import Any

from crossdock.connectors.odoo.client.dialects import (
    JSON2,
    Account,
    Call,
    dialect_of,
    json2_request,
    json2_result,
    jsonrpc_request,
    jsonrpc_result,
    service_request,
    version_request,
)
from crossdock.connectors.odoo.client.failures import CREDENTIAL, WRONG_PLACE, Failed
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.ports.secrets import Secrets, UnknownSecret
from crossdock.ports.verdicts import ErrorClass, Explanation, InDoubt, Park, Reauthenticate, Retry
from crossdock.ports.wire import HttpCaller, HttpRequest, HttpResponse, NoAnswer, NotSent

Row = dict[str, Any]
Domain = Sequence[Any]

_UNREACHABLE = "Odoo cannot be reached: check that it runs and that the network lets Crossdock through."
_SILENT = "Odoo did not answer in time."


class OdooSession:
    """Calls of one partner. Every method raises `Failed` with the verdict when there is no result."""

    def __init__(self, config: OdooConfig, http: HttpCaller, secrets: Secrets) -> None:
        """Nothing is called before it is needed."""
        self.config = config
        self.serie = ""
        self._url = config.url.rstrip("/")
        self._http = http
        self._secrets = secrets
        self._dialect: str = "" if config.dialect == "auto" else config.dialect
        self._uid = 0
        self._fields: dict[str, dict[str, Row]] = {}
        # Beyond about two callers per core Odoo only gets slower, and a hot record starves its workers.
        self._turns = asyncio.Semaphore(config.concurrency)
        self._signing_on = asyncio.Lock()

    async def call(self, call: Call) -> Any:
        """The result of one call, decoded from JSON."""
        if self.config.company_ids:
            context = {"allowed_company_ids": list(self.config.company_ids), **call.context}
            call = Call(call.model, call.method, call.ids, call.arguments, context, call.writes)
        if await self.dialect() == JSON2:
            request = json2_request(self._account(), call, self.config.timeout)
            answer = await self._exchange(request, call.what, writes=call.writes)
            return json2_result(answer, call.what, writes=call.writes)
        request = jsonrpc_request(self._account(await self._signed_on()), call, self.config.timeout)
        answer = await self._exchange(request, call.what, writes=call.writes)
        try:
            return jsonrpc_result(answer, call.what, writes=call.writes)
        except Failed as failed:
            if isinstance(failed.verdict, Reauthenticate):
                self._uid = 0
            raise

    async def dialect(self) -> str:
        """``json2`` or ``jsonrpc``, asked once unless the configuration says."""
        if not self._dialect:
            self._dialect = dialect_of(await self.version())
        return self._dialect

    async def version(self) -> str:
        """Odoo's ``server_serie``, such as ``19.0``."""
        request = version_request(self._url, self.config.timeout)
        answer = await self._exchange(request, "version_info", writes=False)
        found = jsonrpc_result(answer, "version_info", writes=False)
        serie = found.get("server_serie") if isinstance(found, dict) else None
        if not isinstance(serie, str):
            raise Failed(Park(Explanation(WRONG_PLACE, "version_info names no server_serie")))
        self.serie = serie
        return serie

    async def fields(self, model: str) -> dict[str, Row]:
        """Fields of ``model`` this user may see, with type and relation: versions and installed modules differ."""
        if model not in self._fields:
            found = await self.call(Call(model, "fields_get", arguments={"attributes": ["type", "relation"]}))
            self._fields[model] = found if isinstance(found, dict) else {}
        return self._fields[model]

    def forget(self, model: str) -> None:
        """Ask for the fields of ``model`` anew next time: the user's rights may have changed."""
        self._fields.pop(model, None)

    async def user_id(self) -> int:
        """The id of the user the key belongs to."""
        found = await self.call(Call("res.users", "context_get"))
        uid = found.get("uid") if isinstance(found, dict) else None
        if not isinstance(uid, int):
            raise Failed(Park(Explanation(WRONG_PLACE, "res.users.context_get names no uid")))
        return uid

    async def read(self, model: str, ids: Sequence[int], wanted: Sequence[str]) -> dict[int, Row]:
        """Rows by id, relations as bare ids; of ``wanted`` only the fields there are. Missing records are left out."""
        distinct = tuple(sorted(set(ids)))
        if not distinct:
            return {}
        arguments = {"fields": await self._known(model, wanted), "load": ""}
        return {row["id"]: row for row in _rows(await self.call(Call(model, "read", distinct, arguments)))}

    async def find(
        self, model: str, domain: Domain, wanted: Sequence[str], *, order: str = "id", limit: int | None = None
    ) -> list[Row]:
        """Rows that match ``domain``; relations come as ``[id, name]``."""
        arguments: Row = {"domain": list(domain), "fields": await self._known(model, wanted), "order": order}
        if limit is not None:
            arguments["limit"] = limit
        return _rows(await self.call(Call(model, "search_read", arguments=arguments)))

    async def search(self, model: str, domain: Domain, *, limit: int | None = None) -> list[int]:
        """Ids that match ``domain``, in ascending order."""
        arguments: Row = {"domain": list(domain), "order": "id"}
        if limit is not None:
            arguments["limit"] = limit
        found = await self.call(Call(model, "search", arguments=arguments))
        return [value for value in found if isinstance(value, int)] if isinstance(found, list) else []

    async def _known(self, model: str, wanted: Sequence[str]) -> list[str]:
        known = await self.fields(model)
        return [name for name in wanted if name in known]

    async def _signed_on(self) -> int:
        async with self._signing_on:  # after a start many commands come at once, and one sign-on serves them all
            return self._uid or await self._sign_on()

    async def _sign_on(self) -> int:
        config = self.config
        arguments = [config.database, config.login, self._key(), {}]
        request = service_request(self._url, "common", "authenticate", arguments, config.timeout, idempotent=True)
        answer = await self._exchange(request, "common.authenticate", writes=False)
        uid = jsonrpc_result(answer, "common.authenticate", writes=False)
        if not isinstance(uid, int) or isinstance(uid, bool):
            raise Failed(Reauthenticate(Explanation(CREDENTIAL, "common.authenticate answers no user id")))
        self._uid = uid
        return uid

    def _account(self, uid: int = 0) -> Account:
        return Account(self._url, self.config.database, self._key(), uid)

    def _key(self) -> str:
        try:
            return self._secrets.reveal(self.config.api_key)
        except UnknownSecret as unknown:
            raise Failed(Reauthenticate(Explanation(f"The API key is not there: {unknown}", str(unknown)))) from None

    async def _exchange(self, request: HttpRequest, what: str, *, writes: bool) -> HttpResponse:
        try:
            async with self._turns:
                return await self._http.call(request)
        except NotSent as reason:
            why = Explanation(_UNREACHABLE, f"{what}: {reason}")
            raise Failed(Retry(why, ErrorClass.UNREACHABLE)) from None
        except NoAnswer as reason:
            why = Explanation(_SILENT, f"{what}: {reason}")
            verdict = InDoubt(why) if writes else Retry(why, ErrorClass.TIMEOUT)
            raise Failed(verdict) from None


def _rows(found: object) -> list[Row]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def identifier(value: object) -> int:
    """The id in a many2one as any call gives it: ``7``, ``[7, "Name"]``; 0 for ``false``.

    >>> identifier([7, "Azure Interior"]), identifier(False)
    (7, 0)
    """
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
