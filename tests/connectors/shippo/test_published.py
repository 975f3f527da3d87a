"""The simulator answers the documented requests in the documented shapes, and the client reads the answers."""

import json
from pathlib import Path

import msgspec
import pytest

from crossdock.connectors.shippo import wire
from crossdock.connectors.shippo.client.refusals import REFUSALS
from crossdock.connectors.shippo.mapping.tracking import translation_of
from crossdock.connectors.shippo.simulator import SIMULATOR
from crossdock.ports.wire import HttpRequest, HttpResponse

PUBLISHED = Path(__file__).parent / "published"
PAIRS = {path.stem: json.loads(path.read_text()) for path in sorted(PUBLISHED.glob("*.json"))}
NOW = 1_795_000_000_000_000
RATE, TXN = "0c1d2e3f405162738495a6b7c8d9eafb", "ab12cd34ef56ab78cd90ef12ab34cd56"
NUMBER = "9205590164917312751089"
INBOUND = {name for name in PAIRS if name.startswith("webhook_")}
FREE_FORM = {"validation_results", "extra"}
SHAPES = {
    "shipment": wire.Shipment,
    "rate": wire.Rate,
    "transaction": wire.Transaction,
    "refund": wire.Refund,
    "pickup": wire.Pickup,
    "manifest": wire.Manifest,
    "address": wire.Address,
}


class Account:
    """A simulated account brought into the state a documented request was made in."""

    def __init__(self):
        self.sim = SIMULATOR.build({"seed": "7"})
        self.names = {}

    def ask(self, method, path, body=None, key="x"):
        headers = {"Authorization": f"ShippoToken {key}"} if key else {}
        content = b"" if body is None else json.dumps(body).encode()
        return self.sim.handle(HttpRequest(method, f"https://api.goshippo.com{path}", headers, content), NOW)

    def create(self, index=0):
        made = json.loads(self.ask("POST", "/shipments", PAIRS["shipment_create"]["request"]["body"]).body)
        self.names[RATE] = made["rates"][index]["object_id"]
        self.names["b741b99f95e841639b54272834bc478c"] = made["rates"][index]["carrier_account"]

    def bought(self, index=0):
        self.create(index)
        body = PAIRS["transaction_create"]["request"]["body"] | {"rate": self.names[RATE]}
        made = json.loads(self.ask("POST", "/transactions", body).body)
        self.names |= {TXN: made["object_id"], NUMBER: made["tracking_number"]}

    def control(self, action, **arguments):
        self.sim.control(action, arguments, NOW)


def prepare(name):
    account = Account()
    if name == "shipment_create_no_rates":
        for carrier in ("USPS", "UPS"):
            account.control("carrier_down", carrier=carrier)
    elif name == "transaction_create_error":
        account.create()
        account.control("script", path="/transactions", error="Sender address is outside the service area.")
    elif name.startswith(("transaction_create", "rate_get")):
        account.create()
    elif name == "pickup_create_error":
        account.bought(2)
    elif name.startswith(("transaction_", "refund_", "pickup_", "manifest_", "track_get")):
        account.bought()
    if name in {"refund_create_error", "track_get"}:
        account.control("finish", tracking_number=account.names[NUMBER])
    if name == "transaction_get_refund_pending":
        account.ask("POST", "/refunds", {"transaction": account.names[TXN]})
    if name == "manifest_list":
        body = json.dumps(PAIRS["manifest_create"]["request"]["body"])
        account.ask("POST", "/manifests", json.loads(renamed(body, account)))
    return account


def renamed(text, account):
    for old, new in account.names.items():
        text = text.replace(old, new)
    return text


def compare(published, ours, where, found):
    """Keys and types must be the same; null may stand for any value, as it does in the documents."""
    if published is None or ours is None:
        return
    if isinstance(published, dict) and isinstance(ours, dict):
        if where.rpartition("/")[2] in FREE_FORM:
            return
        if set(published) != set(ours):
            found.append(f"{where}: missing {set(published) - set(ours)}, extra {set(ours) - set(published)}")
        for key in set(published) & set(ours):
            compare(published[key], ours[key], f"{where}/{key}", found)
    elif isinstance(published, list) and isinstance(ours, list):
        if bool(published) != bool(ours) and where.rpartition("/")[2] != "attributes":
            found.append(f"{where}: {len(published)} are published, ours are {len(ours)}")
        if published and ours:
            compare(published[0], ours[0], f"{where}/0", found)
    elif type(published) is not type(ours):
        found.append(f"{where}: {type(published).__name__} is published, ours is {type(ours).__name__}")
    elif where.endswith("/status") and published != ours:
        found.append(f"{where}: {published} is published, ours is {ours}")


@pytest.mark.req("C2", "C6")
@pytest.mark.parametrize("name", sorted(set(PAIRS) - INBOUND))
def test_simulator_answers_in_the_published_shape(name):
    pair, account = PAIRS[name], prepare(name)
    request = json.loads(renamed(json.dumps(pair["request"]), account))
    key = "" if name == "error_401_no_token" else "x"
    ours = account.ask(request["method"], request["path"], request["body"], key)
    assert ours.status == pair["response"]["status"], ours.body
    found = []
    compare(pair["response"]["body"], json.loads(ours.body), "", found)
    assert not found


@pytest.mark.req("C6", "K3")
@pytest.mark.parametrize("name", sorted(set(PAIRS) - INBOUND))
def test_client_reads_the_published_answer(name):
    answer = PAIRS[name]["response"]
    body = msgspec.json.encode(answer["body"])
    response, kind = HttpResponse(answer["status"], {}, body), name.partition("_")[0]
    if kind == "error":
        verdict = REFUSALS.verdict(response, costly=True)
        assert verdict.why.operator
        assert str(answer["status"]) in verdict.why.engineer
    elif kind == "track":
        translation = translation_of(body, "shippo")
        assert not translation.problems
        assert not translation.unknown_codes
        assert len(translation.facts) == len(answer["body"]["tracking_history"])
    elif "_list" in name:
        page = REFUSALS.read(response, wire.ManifestPage if kind == "manifest" else wire.TransactionPage, costly=False)
        assert [each.object_id for each in page.results] == [each["object_id"] for each in answer["body"]["results"]]
    else:
        read = REFUSALS.read(response, SHAPES[kind], costly=True)
        assert isinstance(read, SHAPES[kind])
        if isinstance(read, wire.Transaction):
            assert read.is_bought == bool(answer["body"]["tracking_number"])
            assert read.rate_id == RATE


@pytest.mark.req("E1")
@pytest.mark.parametrize("name", sorted(INBOUND))
def test_webhooks_are_sent_in_the_published_shape(name):
    simulator = SIMULATOR.build({"webhook_url": "https://hub.example/in/shippo/events"})
    account = Account()
    account.sim = simulator
    account.bought()
    account.control("finish", tracking_number=account.names[NUMBER])
    sent = [json.loads(each.body) for each in simulator.take_webhooks(NOW)]
    published = PAIRS[name]["response"]["body"]
    found = []
    compare(published, next(each for each in reversed(sent) if each["event"] == published["event"]), "", found)
    assert not found
