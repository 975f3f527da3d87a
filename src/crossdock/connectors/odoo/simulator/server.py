"""The HTTP side of the simulated Odoo: both dialects, sign-on, one transaction per call, and its error bodies."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from crossdock.connectors.odoo.simulator.accounts import Accounts, refuse_closed
from crossdock.connectors.odoo.simulator.database import SECOND, Database
from crossdock.connectors.odoo.simulator.engine import computed_for, method_of, rules_for
from crossdock.connectors.odoo.simulator.faults import (
    JSON_TYPE,
    OdooFault,
    RolledBack,
    json2_error,
    jsonrpc_error,
    page,
)
from crossdock.connectors.odoo.simulator.records import refuse_private
from crossdock.connectors.odoo.simulator.rules import Call, Method
from crossdock.connectors.odoo.simulator.schema import package_model
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.ledger import Ledger

_NO_DATABASE = "No database is selected and the requested URL was not found in the server-wide controllers."


class Settings(Struct, frozen=True):
    """How this Odoo is set up. ``conflict_seconds``: how long a write holds its rows against other writes; ``tier``:
    what Crossdock finds installed (``stock``, ``action`` or ``addon``).
    """

    serie: str = "19.0"
    database: str = "odoo"
    login: str = "crossdock"
    api_key: str = "0123456789abcdef0123456789abcdef01234567"
    uid: int = 7
    password: str = "crossdock-lab"  # noqa: S105 - what the simulated user signs on with
    admin_key: str = "fedcba9876543210fedcba9876543210fedcba98"
    admin_password: str = "admin"  # noqa: S105 - what the simulated administrator signs on with
    conflict_seconds: float = 0.0
    tier: str = "stock"

    @property
    def major(self) -> int:
        """The version without its point."""
        return int(self.serie.split(".")[0])


class Script(Struct):
    """An error that the next calls of a method raise."""

    model: str
    method: str
    name: str
    message: str = ""
    times: int = 1


class Server:
    """Answers requests on one database."""

    def __init__(self, settings: Settings, database: Database, ledger: Ledger) -> None:
        """Serves ``database``; what commits is noted in ``ledger``."""
        self.settings = settings
        self.database = database
        self.scripts: list[Script] = []
        self.rules = rules_for(settings.major)
        computed_for(self.rules, database)
        self.accounts = Accounts()
        self.accounts.allow(settings.api_key, settings.uid)
        self.accounts.allow(settings.admin_key, 2)
        self.accounts.set_password(settings.login, settings.password, settings.uid)
        self.accounts.set_password("admin", settings.admin_password, 2)
        self._ledger = ledger
        self._held: dict[tuple[str, int], int] = {}

    def answer(self, request: HttpRequest, now: int) -> HttpResponse:
        """What the real one would say."""
        path = urlsplit(request.url).path
        if path == "/web/webclient/version_info" and request.method == "POST":
            return _envelope(self._version(), None)
        if path == "/jsonrpc":
            return self._jsonrpc(request, now)
        if path in {"/web/session/authenticate", "/web/dataset/call_kw"}:
            return self._web(request, path, now)
        if path.startswith("/json/2"):
            return self._json2(request, path, now)
        if path in {"/web/version", "/json/version"} and self.settings.major >= 19:
            told = {"version_info": self._version()["server_version_info"], "version": self.settings.serie}
            return HttpResponse(200, JSON_TYPE, msgspec.json.encode(told))
        return page(404, "Not Found", "The requested URL was not found on the server.")

    def _json2(self, request: HttpRequest, path: str, now: int) -> HttpResponse:
        if self.settings.major < 19:
            target = f"/web/login?redirect={path.replace('/', '%2F')}%3F"
            return page(303, "Redirecting...", "You should be redirected automatically.", {"location": target})
        headers = {key.lower(): value for key, value in request.headers.items()}
        if headers.get("x-odoo-database") != self.settings.database:
            return page(404, "Not Found", _NO_DATABASE)
        try:
            return self._json2_called(request, headers, path, now)
        except OdooFault as fault:
            return json2_error(fault)

    def _json2_called(self, request: HttpRequest, headers: Mapping[str, str], path: str, now: int) -> HttpResponse:
        parts = path.removeprefix("/json/2/").split("/")
        if request.method != "POST" or len(parts) != 2:
            raise OdooFault("werkzeug.exceptions.NotFound", "Did you mean POST /json/2/<model>/<method>?")
        if not headers.get("content-type", "").startswith("application/json"):
            text = "Request inferred type is compatible with [&#39;http&#39;] but the route is type=&#39;json2&#39;."
            return page(415, "Unsupported Media Type", text)
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            text = "User not authenticated, use an API Key with a Bearer Authorization header."
            raise OdooFault("werkzeug.exceptions.Unauthorized", text)
        uid = self.accounts.user_of(key)
        if not uid:
            raise OdooFault("werkzeug.exceptions.Unauthorized", "Invalid apikey")
        try:
            body = msgspec.json.decode(request.body or b"{}")
        except msgspec.DecodeError as reason:
            text = f"could not parse the body as json: {reason}"
            raise OdooFault("werkzeug.exceptions.BadRequest", text) from None
        body = body if isinstance(body, dict) else {}
        model, method = parts
        found = self._method(model, method, uid, json2=True)
        ids, context = body.pop("ids", []), body.pop("context", {})
        if ids and not found.on_records:
            raise OdooFault("werkzeug.exceptions.UnprocessableEntity", f"cannot call {model}.{method} with ids")
        _bind(found, method, body, json2=True)
        result = self.run(self.call(model, list(ids), body, uid, context), method, now)
        return HttpResponse(200, JSON_TYPE, msgspec.json.encode(result))

    def call(self, model: str, ids: list[int], named: dict[str, Any], uid: int, context: Any = None) -> Call:
        """A call of a user, not yet carried out."""
        return Call(
            self.database, model, ids, named, uid, dict(context or {}), rules=self.rules, accounts=self.accounts
        )

    def _web(self, request: HttpRequest, path: str, now: int) -> HttpResponse:
        """What the browser calls: a session by password, then ``call_kw``."""
        try:
            body = msgspec.json.decode(request.body)
            given = body["params"]
        except (msgspec.DecodeError, KeyError, TypeError):
            return page(400, "Bad Request", "Invalid JSON data")
        try:
            if path.endswith("authenticate"):
                return self._signed_on(given, body.get("id"))
            headers = {key.lower(): value for key, value in request.headers.items()}
            uid = self._in_session(headers.get("cookie", ""))
            result = self._execute(uid, given["model"], given["method"], given["args"], given.get("kwargs") or {}, now)
            return _envelope(result, body.get("id"))
        except OdooFault as fault:
            return jsonrpc_error(fault, body.get("id"), self.settings.major)

    def _in_session(self, cookie: str) -> int:
        uid = self.accounts.session(cookie)
        if not uid:
            raise OdooFault("odoo.http.SessionExpiredException", "Session expired")
        return uid

    def _signed_on(self, given: dict[str, Any], call_id: Any) -> HttpResponse:
        uid = self.accounts.by_password(str(given.get("login")), str(given.get("password")))
        if given.get("db") != self.settings.database or not uid:
            raise OdooFault("odoo.exceptions.AccessDenied")
        answer = _envelope({"uid": uid, "username": given["login"], "db": given["db"]}, call_id)
        cookie = f"session_id={self.accounts.open_session(uid)}; HttpOnly; Path=/"
        return HttpResponse(answer.status, {**answer.headers, "set-cookie": cookie}, answer.body)

    def _jsonrpc(self, request: HttpRequest, now: int) -> HttpResponse:
        headers = {key.lower(): value for key, value in request.headers.items()}
        if request.method != "POST" or not headers.get("content-type", "").startswith("application/json"):
            status, title = (415, "Unsupported Media Type") if self.settings.major >= 19 else (400, "Bad Request")
            return page(status, title, "Request inferred type is compatible with [&#39;http&#39;] only.")
        try:
            body = msgspec.json.decode(request.body)
            service, method, arguments = (body["params"][key] for key in ("service", "method", "args"))
        except (msgspec.DecodeError, KeyError, TypeError):
            return page(400, "Bad Request", "Invalid JSON data")
        try:
            return _envelope(self._service(service, method, arguments, now), body.get("id"))
        except OdooFault as fault:
            return jsonrpc_error(fault, body.get("id"), self.settings.major)

    def _service(self, service: str, method: str, arguments: list[Any], now: int) -> Any:
        if (service, method) == ("common", "version"):
            return self._version()
        if not arguments or arguments[0] != self.settings.database:
            name = arguments[0] if arguments else ""
            text = f'connection to server failed: FATAL:  database "{name}" does not exist\n'
            raise OdooFault("psycopg2.OperationalError", text)
        if service == "common" and method in {"authenticate", "login"}:
            login, secret = str(arguments[1]), str(arguments[2])
            uid = self.accounts.user_of(secret)
            logins = {row["login"] for row in [self.database.row("res.users", uid)] if row}
            return uid if uid and login in logins else self.accounts.by_password(login, secret) or False
        _, uid, key, model, name, positional, *rest = [*arguments, [], {}][:7]
        if self.accounts.user_of(key) != uid and not self.accounts.password_is(uid, key):
            raise OdooFault("odoo.exceptions.AccessDenied")
        return self._execute(uid, model, name, positional, dict(rest[0] if rest else {}), now)

    def _execute(self, uid: int, model: str, name: str, positional: list[Any], named: dict[str, Any], now: int) -> Any:
        """``execute_kw``: positional arguments begin with the ids where the method is about records."""
        found = self._method(model, name, uid, json2=False)
        context = named.pop("context", {})
        given = list(positional)
        ids = given.pop(0) if found.on_records and given else []
        if len(given) > len(found.parameters):
            count = f"{len(found.parameters) + 1} positional arguments but {len(given) + 1} were given"
            raise OdooFault("builtins.TypeError", f"{_class_of(model)}.{name}() takes {count}")
        named.update(zip(found.parameters, given, strict=False))
        _bind(found, name, named, json2=False)
        ids = [ids] if isinstance(ids, int) else list(ids)
        return self.run(self.call(model, ids, named, uid, context), name, now)

    def _method(self, model: str, name: str, uid: int, *, json2: bool) -> Method:
        major = self.settings.major
        if model not in self.database.schema:
            if json2:
                raise OdooFault("werkzeug.exceptions.NotFound", f"the model '{model}' does not exist")
            raise OdooFault("odoo.exceptions.UserError", f"Object {model} doesn't exist")
        refuse_private(model, name, major)
        found = method_of(self.rules, major, model, name)
        refuse_closed(uid, model, name)
        if found is None:
            text = f"The method '{model}.{name}' does not exist"
            if major < 19:
                text = f"The method '{name}' does not exist on the model '{model}'"
            raise OdooFault("werkzeug.exceptions.NotFound" if json2 else "builtins.AttributeError", text)
        return found

    def run(self, call: Call, name: str, now: int) -> Any:
        """Carry the call out in a transaction of its own; its notes and row locks count from the commit."""
        found = method_of(self.rules, self.settings.major, call.model, name)
        if found is None:
            raise OdooFault("builtins.AttributeError", f"The method '{call.model}.{name}' does not exist")
        try:
            result = self._committed(call, found, name, now)
        except RolledBack as rolled_back:
            return rolled_back.answer
        for kind, key, details in call.notes:
            self._ledger.note(now, kind, key, **details)
        if found.recordset and self.settings.major < 19:
            model = found.returns.replace("PACKAGE", package_model(self.settings.major)) or call.model
            return f"{model}({', '.join(map(str, result))},)"
        return result

    def _committed(self, call: Call, found: Method, name: str, now: int) -> Any:
        with self.database.transaction(now):
            result = found.run(call)
            self._scripted(call.model, name)
            # Quants are not held: the real one takes them one after the other inside a request.
            touched = [row for row in dict.fromkeys(self.database.touched) if row[0] != "stock.quant"]
            if any(self._held.get(row, 0) > now for row in touched):
                raise OdooFault("psycopg2.errors.SerializationFailure")
        if self.settings.conflict_seconds:
            until = now + int(self.settings.conflict_seconds * SECOND)
            self._held.update(dict.fromkeys(touched, until))
        return result

    def _scripted(self, model: str, method: str) -> None:
        for script in list(self.scripts):
            if script.model in {model, ""} and script.method in {method, ""}:
                script.times -= 1
                if script.times <= 0:
                    self.scripts.remove(script)
                raise OdooFault(script.name, script.message)

    def _version(self) -> dict[str, Any]:
        info = [self.settings.major, 0, 0, "final", 0, ""]
        serie = self.settings.serie
        return {"server_version": serie, "server_version_info": info, "server_serie": serie, "protocol_version": 1}


def _bind(method: Method, name: str, named: Mapping[str, Any], *, json2: bool) -> None:
    """Refuse missing and unknown arguments the way each dialect does."""
    kind = "werkzeug.exceptions.UnprocessableEntity" if json2 else "builtins.TypeError"
    for key in named:
        if key not in method.parameters:
            if name == "search_read":  # it passes unknown ones on to its reading
                text = f"BaseModel._read_format() got an unexpected keyword argument '{key}'"
                raise OdooFault("builtins.TypeError", text)
            raise OdooFault(kind, f"got an unexpected keyword argument '{key}'")
    for key in method.parameters[: method.required]:
        if key not in named:
            raise OdooFault(kind, f"missing a required argument: '{key}'")


def _class_of(model: str) -> str:
    return "".join(part.capitalize() for part in model.replace("_", ".").split("."))


def _envelope(result: Any, call_id: Any) -> HttpResponse:
    return HttpResponse(200, JSON_TYPE, msgspec.json.encode({"jsonrpc": "2.0", "id": call_id, "result": result}))
