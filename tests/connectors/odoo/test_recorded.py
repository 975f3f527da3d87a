"""What real Odoo 18 and 19 answered: the simulator answers the same, and the client reads it as it should."""

import json
from pathlib import Path

import pytest
from odoo_bench import Bench

from crossdock.connectors.odoo.client.dialects import json2_result, jsonrpc_result
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.simulator.partner import build
from crossdock.connectors.odoo.simulator.schema import schema
from crossdock.ports.connector import Received, Verified
from crossdock.ports.verdicts import InDoubt, Park, Reauthenticate, Refuse, Retry
from crossdock.ports.wire import HttpRequest, HttpResponse

FOLDER = Path(__file__).parent / "recorded"
FILES = sorted(FOLDER.glob("*/*.json"))
WEBHOOKS = [path for path in FILES if path.name.startswith("webhook-")]
RECORDINGS = [path for path in FILES if path not in WEBHOOKS]
NOT_SIMULATED = {
    "json2-no-db-header-one-database": "the simulator behaves like a server of several databases",
    "json2-search-read-several-databases": "the simulated 18 redirects, as one with a single database does",
    "json2-oversized": "bodies of 129 MiB",
    "jsonrpc-oversized": "bodies of 129 MiB",
    "access-denied-create": "recorded with a user of fewer rights than the simulated one has",
    "access-denied-unlink": "recorded with a user of fewer rights than the simulated one has",
    "access-denied-write": "recorded with a user of fewer rights than the simulated one has",
}
BEFORE = {
    "picking-cancel-done": "button_validate",
    "jsonrpc-user-error": "button_validate",
    "picking-read-done": "button_validate",
    "picking-validate-again": "button_validate",
    "picking-write-scheduled-done": "button_validate",
    "picking-validate-nothing-reserved": "do_unreserve",
}
"""What had happened to the transfer a recorded call was about, where the answer depends on it."""
ADMINISTRATOR = {"automation-create": 2}
"""Calls that were made with the key of an administrator."""
VERDICTS = {
    "AccessDenied": Reauthenticate,
    "Unauthorized": Reauthenticate,
    "AccessError": Park,
    "MissingError": Park,
    "UserError": Park,
    "ValidationError": Park,
    "RedirectWarning": Park,
    "ValueError": Refuse,
    "TypeError": Refuse,
    "KeyError": Refuse,
    "AttributeError": Refuse,
    "NotFound": Refuse,
    "BadRequest": Refuse,
    "UnprocessableEntity": Refuse,
    "SerializationFailure": Retry,
    "LockNotAvailable": Retry,
    "DeadlockDetected": Retry,
    "OperationalError": Retry,
    "LockError": Retry,
    "Error": Refuse,
}
PAGES = {303: Park, 400: Refuse, 404: Park, 415: Refuse, 502: InDoubt, 504: InDoubt, 503: Retry, 429: Retry}


def load(path):
    return json.loads(path.read_text())


def error_name(body):
    if not isinstance(body, dict):
        return ""
    if "error" in body:
        return body["error"]["data"]["name"]
    return body["name"] if "debug" in body and "name" in body else ""


def result_of(body):
    inside = isinstance(body, dict) and "result" in body and "jsonrpc" in body
    return body["result"] if inside else body


def asked(recording):
    """(model, method, field names) of a recorded call, as far as it is one."""
    body, path = recording["request"]["body"], recording["request"]["path"]
    if path.startswith("/json/2/"):
        parts = path.split("?")[0].removeprefix("/json/2/").split("/")
        named = body if isinstance(body, dict) else {}
        return parts[0], parts[-1], named.get("fields") or []
    arguments = body["params"].get("args", []) if isinstance(body, dict) and "params" in body else []
    if len(arguments) < 5:
        return "", "", []
    named = arguments[6] if len(arguments) > 6 else {}
    fields = arguments[5][1:] if arguments[4] == "read" else []
    return arguments[3], arguments[4], named.get("fields") or (fields[0] if fields else [])


def request_of(recording):
    given = recording["request"]
    headers, body = dict(given["headers"]), given["body"]
    text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    if "wrong-key" in recording["name"]:
        text = text.replace("<key>", "0" * 40)
        headers = {key: value.replace("<key>", "0" * 40) for key, value in headers.items()}
    if "basic-authorization" in recording["name"]:
        headers["Authorization"] = "Basic PGtleT4="
    return HttpRequest(given["method"], f"http://odoo.example{given['path']}", headers, text.encode())


def simulator_for(recording):
    major = recording["serie"].split(".")[0]
    uid = _caller(recording) or ADMINISTRATOR.get(recording["name"]) or _uid(major)
    options = {"serie": recording["serie"], "database": f"o{major}", "api_key": "<key>", "uid": str(uid)}
    made = build(options)
    made.control("confirm_orders", {"n": 20}, 1_767_225_700_000_000)
    name = error_name(recording["response"]["body"])
    if name.startswith("psycopg2.errors."):
        # A lost race needs a second client, so it is scripted; what is compared is how it is told.
        model, method, _ = asked(recording)
        made.control("fail_next", {"model": model, "method": method, "name": name}, 0)
    model, _, _ = asked(recording)
    for place, each in enumerate(named_ids(recording)):
        _ensure(made, model, each, place)
        if method := BEFORE.get(recording["name"]):
            made.control("call", {"model": model, "method": method, "ids": [each]}, 1_767_225_700_000_000)
    for field, each in RELATED.items():
        for row_id in _values(recording["request"]["body"], field):
            if row_id < 1_000_000:
                _ensure(made, each, row_id)
    return made


def _caller(recording):
    """The user of a recorded call of the object service."""
    body = recording["request"]["body"]
    arguments = body.get("params", {}).get("args", []) if isinstance(body, dict) else []
    return arguments[1] if len(arguments) > 4 and "wrong" not in recording["name"] else 0


RELATED = {
    "partner_id": "res.partner",
    "product_id": "product.product",
    "carrier_id": "delivery.carrier",
    "res_id": "stock.picking",
}


def named_ids(recording):
    """Ids of records a recorded call is about, but for those said to be missing."""
    body = recording["request"]["body"]
    if not isinstance(body, dict):
        return []
    if "params" not in body:
        found = body.get("ids", [])
    else:
        arguments = body["params"].get("args", [])
        found = arguments[5][0] if len(arguments) > 5 and arguments[5] else []
    ids = [each for each in found if isinstance(each, int)] if isinstance(found, list) else []
    return [each for each in ids if each < 1_000_000]


def _values(value, field):
    if isinstance(value, dict):
        found = [each for key, each in value.items() if key == field and isinstance(each, int)]
        return found + [deep for each in value.values() for deep in _values(each, field)]
    return [deep for each in value for deep in _values(each, field)] if isinstance(value, list) else []


def _ensure(simulator, model, row_id, place=0):
    """A record like one of its model, under the id the recording names."""
    database = simulator.database
    table = database.rows.get(model, {})
    if row_id in table or model not in database.schema:
        return
    row = dict(next(iter(table.values()), {"create_date": 0, "write_date": 0, "name": "x", "state": "draft"}))
    if model == "stock.picking":
        row = dict(table[place + 1])
        for child in ("stock.move", "stock.move.line"):
            ids = [each["id"] for each in database.of(child, "picking_id", place + 1)]
            database.write(child, ids, {"picking_id": row_id}, 1)
    database.adopt(model, row_id, row | ({"state": "draft"} if model == "sale.order" else {}))


def _uid(major):
    found = FOLDER / major / "authenticate.json"
    return load(found)["response"]["body"]["result"] if found.exists() else 7


def kind(value):
    if isinstance(value, bool) or value is None:
        return "empty"
    return "number" if isinstance(value, int | float) else type(value).__name__


def same_shape(real, simulated, where="result"):
    if kind(real) == "empty" or kind(simulated) == "empty":
        return  # Odoo says false for whatever is empty
    assert kind(real) == kind(simulated), where
    if isinstance(real, dict):
        assert set(real) == set(simulated) or all(key.isdigit() for key in [*real, *simulated]), where
        for key in set(real) & set(simulated):
            same_shape(real[key], simulated[key], f"{where}.{key}")
    if isinstance(real, list) and real and simulated:
        same_shape(real[0], simulated[0], f"{where}[0]")


@pytest.mark.req("I2")
@pytest.mark.parametrize("path", WEBHOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_recorded_webhook_wakes_the_feed(path):
    given = load(path)["request"]
    address = "/in/odoo/deliveries/s3cret-of-hook"
    message = Received("deliveries", json.dumps(given["body"]).encode(), given["headers"], 0, path=address)
    assert Bench(webhook_secret="secret://env/HOOK").connector.verify(message, 0) == Verified(hint="deliveries")


@pytest.mark.req("N1")
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_simulator_answers_as_the_real_one(path):
    recording = load(path)
    if recording["name"] in NOT_SIMULATED:
        pytest.skip(NOT_SIMULATED[recording["name"]])
    model, _, fields = asked(recording)
    real = recording["response"]
    models = schema(int(recording["serie"].split(".")[0]))
    if model and not error_name(real["body"]):
        if model not in models:
            pytest.skip(f"{model} is not simulated")
        if absent := sorted(set(fields) - set(models[model])):
            pytest.skip(f"fields not simulated: {', '.join(absent)}")
    answer = simulator_for(recording).handle(request_of(recording), 1_767_225_800_000_000)
    assert answer.status == real["status"]
    assert answer.headers["content-type"].split(";")[0] == real["headers"]["content-type"].split(";")[0]
    if not answer.headers["content-type"].startswith("application/json"):
        return
    simulated = json.loads(answer.body)
    assert error_name(simulated) == error_name(real["body"])
    if error_name(simulated):
        assert set(_error(simulated)) == set(_error(real["body"]))
    else:
        same_shape(result_of(real["body"]), result_of(simulated))


def _error(body):
    return body["error"]["data"] if "error" in body else body


@pytest.mark.req("N1")
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_client_reads_every_recorded_answer(path):
    recording = load(path)
    real = recording["response"]
    body = real["body"] if isinstance(real["body"], str) else json.dumps(real["body"])
    answer = HttpResponse(real["status"], real["headers"], body.encode())
    read = json2_result if recording["request"]["path"].startswith("/json/2") else jsonrpc_result
    name = error_name(real["body"]).rsplit(".", 1)[-1]
    if name:
        expected = VERDICTS[name]
    elif real["status"] != 200:
        expected = PAGES[real["status"]]
    else:
        if isinstance(real["body"], dict) and "jsonrpc" not in real["body"] and read is jsonrpc_result:
            return  # /web/version is no call of the client
        assert read(answer, "call", writes=True) == result_of(real["body"])
        return
    with pytest.raises(Failed) as failed:
        read(answer, "call", writes=True)
    assert isinstance(failed.value.verdict, expected)
    assert "<traceback>" not in failed.value.verdict.why.engineer
