"""The optional addon on a real Odoo, given by environment variables: the words its API speaks, on 18 and on 19."""

import http.client
import json
import os
import uuid
from urllib.parse import urlsplit

import pytest

NAMES = (
    "CROSSDOCK_ODOO_ADDON_URL",
    "CROSSDOCK_ODOO_ADDON_DB",
    "CROSSDOCK_ODOO_ADDON_LOGIN",
    "CROSSDOCK_ODOO_ADDON_KEY",
)
MISSING = [name for name in NAMES if not os.environ.get(name)]
_FIRST_WITH_JSON2 = 19


class Refused(Exception):
    """Odoo's error: class name, message."""


class Odoo:
    """One user of one database, over JSON-2 where the server has it and JSON-RPC elsewhere. Threads may share it."""

    def __init__(self, url, database, login, key):
        self._parts = urlsplit(url)
        self._database, self._key = database, key
        version = self._post("/web/webclient/version_info", {"params": {}})["result"]["server_version_info"][0]
        self.json2 = version >= _FIRST_WITH_JSON2
        self._uid = None if self.json2 else self._rpc("common", "login", [database, login, key])

    def call(self, model, method, *args, **named):
        """``args`` go by position to JSON-RPC; to JSON-2, which has names only, as ``vals_list`` or ``ids``."""
        if not self.json2:
            return self._rpc("object", "execute_kw", [self._database, self._uid, self._key, model, method, args, named])
        names = {"create": ("vals_list",), "write": ("ids", "vals"), "read": ("ids",)}.get(method, ("ids",))
        headers = {"authorization": f"bearer {self._key}", "x-odoo-database": self._database}
        return self._post(f"/json/2/{model}/{method}", {**dict(zip(names, args, strict=False)), **named}, headers)

    def apply(self, *events):
        return self.call("crossdock.event", "apply", events=list(events))

    def results(self, *events):
        return [answer["result"] for answer in self.apply(*events)]

    def read(self, model, ids, *fields):
        rows = {row["id"]: row for row in self.call(model, "read", list(ids), fields=list(fields))}
        return [rows[id_] for id_ in ids]

    def _rpc(self, service, method, args):
        params = {"service": service, "method": method, "args": args}
        return self._post("/jsonrpc", {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})["result"]

    def _post(self, path, body, headers=None):
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname, self._parts.port, timeout=120)
        try:
            connection.request("POST", path, json.dumps(body), {"content-type": "application/json", **(headers or {})})
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status >= 400:
            raise Refused(answer.get("name"), answer.get("message"))
        if isinstance(answer, dict) and "error" in answer:
            raise Refused(answer["error"]["data"]["name"], answer["error"]["data"]["message"])
        return answer


@pytest.fixture(scope="module")
def odoo():
    if MISSING:
        pytest.skip(f"no Odoo with the addon given: set {', '.join(MISSING)}")
    return Odoo(*(os.environ[name] for name in NAMES))


@pytest.fixture
def key():
    """A maker of event keys that no other run used."""
    run = uuid.uuid4().hex[:16]
    return lambda text: f"{run}-{text}"


@pytest.fixture
def transfers(odoo):
    """A maker of transfers, without moves: enough to be written on, and nobody's stock is touched."""
    [kind] = odoo.call(
        "stock.picking.type",
        "search_read",
        domain=[["code", "=", "outgoing"]],
        fields=["default_location_src_id"],
        limit=1,
    )
    [customers] = odoo.call("stock.location", "search_read", domain=[["usage", "=", "customer"]], fields=[], limit=1)
    values = {
        "picking_type_id": kind["id"],
        "location_id": kind["default_location_src_id"][0],
        "location_dest_id": customers["id"],
        "origin": "crossdock addon test",
    }
    return lambda count: odoo.call("stock.picking", "create", [values] * count)
