"""One plain HTTP connection to an Odoo, for what is measured without Crossdock and for looking afterwards."""

import http.client
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import (
    JSON2,
    JSONRPC,
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
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.ports.wire import HttpRequest, HttpResponse

Row = dict[str, Any]
_SECONDS = 300.0


class Place(Struct, frozen=True):
    """Where the Odoo is and as whom to speak."""

    url: str
    database: str
    login: str
    key: str


class Declined(RuntimeError):
    """Odoo did not do what the benchmark needs. The text says what it answered."""


class Direct:
    """Calls one after the other. ``dialect`` is json2 or jsonrpc; empty: json2 where the server knows it."""

    def __init__(self, place: Place, dialect: str = "") -> None:
        """Signs on."""
        self._url = place.url.rstrip("/")
        parts = urlsplit(self._url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
        found = jsonrpc_result(self._send(version_request(self._url, _SECONDS)), "version_info", writes=False)
        self.serie, self.version = str(found["server_serie"]), str(found["server_version"])
        self.dialect = dialect or dialect_of(self.serie)
        self.account = Account(self._url, place.database, place.key)
        if self.dialect == JSONRPC:
            arguments = [place.database, place.login, place.key, {}]
            request = service_request(self._url, "common", "authenticate", arguments, _SECONDS, idempotent=True)
            self.account = Account(self._url, place.database, place.key, int(self._result(request, "authenticate")))

    def call(self, call: Call) -> Any:
        """The result. Raises `Declined`."""
        if self.dialect == JSON2:
            return self._result(json2_request(self.account, call, _SECONDS), call.what)
        return self._result(jsonrpc_request(self.account, call, _SECONDS), call.what)

    def read(self, model: str, ids: list[int], fields: list[str]) -> list[Row]:
        """Rows of ``ids``."""
        return list(self.call(Call(model, "read", tuple(ids), {"fields": fields, "load": ""})))

    def find(self, model: str, domain: list[Any], fields: list[str], limit: int | None = None) -> list[Row]:
        """Rows that match, by id."""
        arguments = {"domain": domain, "fields": fields, "order": "id"}
        return list(self.call(Call(model, "search_read", None, arguments | ({"limit": limit} if limit else {}))))

    def create(self, model: str, rows: list[Row]) -> list[int]:
        """Ids of the new records."""
        made = self.call(Call(model, "create", None, {"vals_list": rows}, writes=True))
        return list(made) if isinstance(made, list) else [int(made)]

    def write(self, model: str, ids: list[int], values: Row) -> None:
        """The same values into all ``ids``."""
        self.call(Call(model, "write", tuple(ids), {"vals": values}, writes=True))

    def has(self, model: str, field: str = "id") -> bool:
        """Whether this user may read ``field`` of ``model`` here."""
        try:
            fields = self.call(Call(model, "fields_get", None, {"attributes": ["type"]}))
            self.find(model, [], ["id"], limit=1)
        except Declined:
            return False
        return field in fields

    def _result(self, request: HttpRequest, what: str) -> Any:
        answer = self._send(request)
        read = json2_result if "/json/2/" in request.url else jsonrpc_result
        try:
            return read(answer, what, writes=False)
        except Failed as failed:
            raise Declined(f"{what}: {failed.verdict}") from None

    def _send(self, request: HttpRequest) -> HttpResponse:
        """One exchange; http.client opens the connection again where the server closed it."""
        path = request.url.removeprefix(self._url)
        prefix = urlsplit(self._url).path
        self._connection.request(request.method, prefix + path, request.body, dict(request.headers))
        answer = self._connection.getresponse()
        body = answer.read()
        return HttpResponse(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)
