"""Odoo asked directly, with none of Crossdock's own code between: JSON-RPC, which 18 and 19 both speak."""

import json
import urllib.request
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

Row = dict[str, Any]
_SECONDS = 300.0
_CHUNK = 200


class Place(Struct, frozen=True):
    """Where the Odoo is and as whom to speak."""

    url: str
    database: str
    login: str
    key: str


class Declined(RuntimeError):
    """Odoo did not do it. The text says what it answered."""


class Plain:
    """Calls one after the other; numbers come back as Decimal."""

    def __init__(self, place: Place) -> None:
        """Signs on. Raises `Declined`."""
        self._place = place
        self.user = 0
        found = self._service("common", "version", [])
        self.serie = str(found["server_serie"])
        self.user = self._service("common", "authenticate", [place.database, place.login, place.key, {}])
        if not self.user:
            raise Declined(f"no access for {place.login} to {place.database}")

    def call(self, model: str, method: str, *positional: Any, **named: Any) -> Any:
        """The result. Raises `Declined`."""
        who = [self._place.database, self.user, self._place.key]
        return self._service("object", "execute_kw", [*who, model, method, list(positional), named])

    def find(self, model: str, domain: Sequence[Any], fields: Sequence[str], **more: Any) -> list[Row]:
        """Rows that match, by id, archived ones too."""
        context = {"active_test": False}
        return list(
            self.call(model, "search_read", list(domain), fields=list(fields), order="id", context=context, **more)
        )

    def find_in(self, model: str, field: str, values: Sequence[Any], fields: Sequence[str], *also: Any) -> list[Row]:
        """Rows whose ``field`` is one of many ``values``, asked for in parts."""
        rows: list[Row] = []
        for start in range(0, len(values), _CHUNK):
            rows += self.find(model, [[field, "in", list(values[start : start + _CHUNK])], *also], fields)
        return rows

    def _service(self, service: str, method: str, arguments: list[Any]) -> Any:
        params = {"service": service, "method": method, "args": arguments}
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}).encode()
        url = f"{self._place.url.rstrip('/')}/jsonrpc"
        request = urllib.request.Request(url, body, {"content-type": "application/json"})  # noqa: S310 - the user's own
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - the same
            found = json.loads(answer.read(), parse_float=Decimal)
        if "error" in found:
            said = found["error"].get("data") or {}
            raise Declined(f"{arguments[3:5]}: {said.get('name')}: {said.get('message')}")
        return found.get("result")


def number(value: Any) -> Decimal:
    """A quantity or amount without the noise of doubles."""
    return round(Decimal(str(value or 0)), 4).normalize() + Decimal(0)


def linked(value: Any) -> int:
    """The id of a many2one as it is read, 0 where it is empty."""
    return int(value[0]) if value else 0
