"""How a call is put into HTTP and its answer read: JSON-2 (Odoo 19 and later) and JSON-RPC (17 and 18); pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from crossdock.connectors.odoo.client.failures import OdooError, failure_of, failure_of_page, read_error
from crossdock.ports.wire import HttpRequest, HttpResponse

JSON2 = "json2"
JSONRPC = "jsonrpc"
_SERIE = re.compile(r"(\d+)\.(\d+)")
_RECORDS = re.compile(r"[a-z0-9_.]+\(((?:\d+,? ?)*)\)")
_JSON = {"content-type": "application/json", "accept": "application/json"}
_POSITIONAL = frozenset({"write", "create"})
"""Odoo 18 names the values of these differently from model to model, so there they go without a name."""


class Call(Struct, frozen=True):
    """One method on one model: one transaction in Odoo. ``writes`` tells whether a lost answer leaves doubt."""

    model: str
    method: str
    ids: tuple[int, ...] | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    writes: bool = False

    @property
    def what(self) -> str:
        """What people call it."""
        return f"{self.model}.{self.method}"


class Account(Struct, frozen=True):
    """Where to and as whom: ``uid`` only matters to JSON-RPC."""

    url: str
    database: str
    key: str
    uid: int = 0


def dialect_of(serie: str) -> str:
    """The dialect of a ``server_serie`` such as ``19.0`` or ``saas~18.3``; JSON-2 came with 19."""
    found = _SERIE.search(serie)
    return JSON2 if found and int(found[1]) >= 19 else JSONRPC


def version_request(url: str, timeout: float) -> HttpRequest:
    """Asks for the version; both dialects' servers know it."""
    return HttpRequest("POST", f"{url}/web/webclient/version_info", _JSON, b"{}", timeout, idempotent=True)


def json2_request(account: Account, call: Call, timeout: float) -> HttpRequest:
    """``POST /json/2/<model>/<method>`` with named arguments only."""
    body: dict[str, Any] = dict(call.arguments)
    if call.ids is not None:
        body["ids"] = list(call.ids)
    if call.context:
        body["context"] = dict(call.context)
    headers = {**_JSON, "authorization": f"bearer {account.key}", "x-odoo-database": account.database}
    url = f"{account.url}/json/2/{call.model}/{call.method}"
    return HttpRequest("POST", url, headers, msgspec.json.encode(body), timeout, idempotent=not call.writes)


def jsonrpc_request(account: Account, call: Call, timeout: float) -> HttpRequest:
    """``execute_kw`` of the object service."""
    positional: list[Any] = [] if call.ids is None else [list(call.ids)]
    named: dict[str, Any] = dict(call.arguments)
    if call.method in _POSITIONAL:
        positional += named.values()
        named = {}
    if call.context:
        named["context"] = dict(call.context)
    arguments = [account.database, account.uid, account.key, call.model, call.method, positional, named]
    return service_request(account.url, "object", "execute_kw", arguments, timeout, idempotent=not call.writes)


def service_request(
    url: str, service: str, method: str, arguments: Sequence[Any], timeout: float, *, idempotent: bool
) -> HttpRequest:
    """A JSON-RPC call of one of Odoo's services (common, object)."""
    params = {"service": service, "method": method, "args": list(arguments)}
    body = msgspec.json.encode({"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})
    return HttpRequest("POST", f"{url}/jsonrpc", _JSON, body, timeout, idempotent=idempotent)


def json2_result(response: HttpResponse, what: str, *, writes: bool) -> Any:
    """The bare result of JSON-2. Raises `Failed`."""
    if response.status == 200:
        try:
            return msgspec.json.decode(response.body)
        except msgspec.DecodeError:
            raise failure_of_page(response, what, writes=writes) from None
    error = read_error(response.body)
    if error is None:
        raise failure_of_page(response, what, writes=writes)
    raise failure_of(error, response.status, what)


def jsonrpc_result(response: HttpResponse, what: str, *, writes: bool) -> Any:
    """The result in a JSON-RPC envelope, whose HTTP status is 200 for errors too. Raises `Failed`."""
    try:
        document = msgspec.json.decode(response.body)
    except msgspec.DecodeError:
        document = None
    if response.status != 200 or not isinstance(document, dict):
        raise failure_of_page(response, what, writes=writes)
    if "error" in document:
        error = read_error(response.body) or OdooError(message="an error without a name")
        raise failure_of(error, response.status, what)
    if document.get("jsonrpc") != "2.0":
        raise failure_of_page(response, what, writes=writes)
    return document.get("result")  # Odoo 18 leaves the key away when a method returns None


def ids_of(result: object) -> tuple[int, ...]:
    """Record ids however a version returns them: ``7``, ``[7]``, or ``"stock.lot(7,)"`` (Odoo 18 for recordsets)."""
    if isinstance(result, bool):
        return ()
    if isinstance(result, int):
        return (result,)
    if isinstance(result, list):
        return tuple(value for value in result if isinstance(value, int) and not isinstance(value, bool))
    if isinstance(result, str) and (found := _RECORDS.fullmatch(result)):
        return tuple(int(part) for part in found[1].replace(",", " ").split())
    return ()
