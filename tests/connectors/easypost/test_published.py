"""The simulator answers the published requests with the published shapes, and the client reads the answers."""

import copy
import json
from pathlib import Path

import msgspec
import pytest

from crossdock.connectors.easypost import wire
from crossdock.connectors.easypost.client.refusals import REFUSALS
from crossdock.connectors.easypost.mapping.tracking import translation_of
from crossdock.connectors.easypost.simulator import SIMULATOR
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.transports.rest import code_of

PUBLISHED = Path(__file__).parent / "published"
PAIRS = {path.stem: json.loads(path.read_text()) for path in sorted(PUBLISHED.glob("*.json"))}
NOW = 1_795_000_000_000_000
CODE = "9400100000007704189999"
SHP = "shp_ef540d7d8ff0dfdb02828927bd42530f"
RATE = "rate_d6e226a43f473fb018b8470881796e17"
INBOUND = {name for name in PAIRS if name.startswith("event_") and name != "event_get"}
FREE_FORM = {"verifications", "previous_attributes", "options"}


class Account:
    """A simulated account brought into the state a published request was made in."""

    def __init__(self, mode="test"):
        self.sim = SIMULATOR.build({"mode": mode, "seed": "7"})
        self.names = {}

    def ask(self, method, path, body=None, headers=None):
        url = f"https://api.easypost.com{path}"
        content = b"" if body is None else json.dumps(body).encode()
        return self.sim.handle(
            HttpRequest(method, url, {"Authorization": "Basic eA=="} | (headers or {}), content), NOW
        )

    def create(self, published, **options):
        body = copy.deepcopy(PAIRS["shipment_create_domestic"]["request"]["body"])
        body["shipment"]["options"] |= options
        made = json.loads(self.ask("POST", "/v2/shipments", body).body)
        self.names |= {published: made["id"], RATE: made["rates"][0]["id"]}
        self.names |= {"rate_08cabf1336044d1585e486bbc8e0bbac": made["rates"][3]["id"]}
        self.names |= {"rate_fb10d5839bf3a4399ad771fc27045f7b": made["rates"][3]["id"]}
        return made

    def bought(self, published=SHP, **options):
        made = self.create(published, **options)
        body = {"rate": {"id": made["rates"][0]["id"]}}
        return json.loads(self.ask("POST", f"/v2/shipments/{made['id']}/buy", body).body)

    def script(self, status, code, message="text", errors=()):
        order = {"status": status, "code": code, "message": message, "errors": list(errors)}
        self.sim.control("script", order, NOW)


def prepare(name, pair):  # noqa: C901, PLR0912 - one line per published situation
    account = Account("production" if name == "tracker_get" else "test")
    pdf = "shp_abb60c9b43a6902ece51960cc7db6a5d"
    error = (pair["response"]["body"] or {}).get("error", {})
    match name:
        case "error_401_bad_key":
            account.names["Basic <key>"] = ""
        case (
            "error_403_inactive_key"
            | "error_429_rate_limited"
            | "error_500_internal"
            | "error_503_unavailable"
            | "shipment_buy_insufficient_funds"
            | "shipment_buy_carrier_no_response"
            | "shipment_buy_carrier_refused"
            | "shipment_buy_in_progress"
        ):
            account.create(SHP)
            account.script(pair["response"]["status"], error["code"], error["message"])
        case "shipment_buy" | "shipment_get_before_purchase" | "shipment_rerate" | "shipment_get_by_reference":
            account.create(SHP)
        case "shipment_buy_rate_unavailable":
            account.create(SHP)
            account.names[pair["request"]["body"]["rate"]["id"]] = "rate_gone"
        case "shipment_buy_label_format_pdf":
            account.create(pdf, label_format="PDF")
        case "shipment_list":
            account.create("first unused name")
            account.create("second unused name")
            account.names |= {"2026-11-16T15": "2026-01-01T00", "2026-11-16T17": "2027-12-31T00"}
        case "shipment_refund_already_shipped":
            sold = account.bought(pdf)
            account.sim.control("advance", {"tracking_code": sold["tracking_code"]}, NOW)
        case "shipment_label_format_unavailable":
            account.bought(pdf, label_format="PDF")
        case "shipment_get_label_purged":
            account.sim.control("purge_label", {"tracking_code": account.bought()["tracking_code"]}, NOW)
        case "shipment_refund_again_while_submitted":
            account.bought()
            account.ask("POST", f"/v2/shipments/{account.names[SHP]}/refund", {})
        case "shipment_refund_retry_after_rejected" | "shipment_get_refund_rejected":
            code = account.bought()["tracking_code"]
            account.sim.control("refund", {"tracking_code": code, "status": "rejected"}, NOW)
        case _ if name.startswith(("tracker_", "event_", "webhook_")):
            prepare_without_shipment(account, name)
        case _ if name.startswith(("shipment_buy", "shipment_get_after", "shipment_label", "shipment_refund")):
            account.bought()
    return account


def prepare_without_shipment(account, name):
    match name:
        case "tracker_create_existing":
            account.ask("POST", "/v2/trackers", PAIRS[name]["request"]["body"])
        case "event_get":
            account.bought()
            account.names["evt_99a112e69efbba730e3831aebf0e1a12"] = next(iter(account.sim._trackers._events))
        case "tracker_get" | "tracker_get_local_offsets" | "tracker_list_by_code":
            made = (
                json.loads(account.ask("POST", "/v2/trackers", {"tracker": {"tracking_code": "EZ4000000004"}}).body)
                if name != "tracker_get"
                else make_production_tracker(account)
            )
            account.names |= {"trk_b7e99bcf1044fbf2f6df7cd3d95b8803": made["id"], CODE: made["tracking_code"]}
        case "webhook_list" | "webhook_delete" | "webhook_update_secret":
            body = PAIRS["webhook_create"]["request"]["body"]
            made = json.loads(account.ask("POST", "/v2/webhooks", body).body)
            account.names["hook_2ff5b8060378b63b49858e22b70a3722"] = made["id"]


def make_production_tracker(account):
    return json.loads(account.ask("POST", "/v2/trackers", {"tracker": {"tracking_code": CODE}}).body)


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
        if published and ours:
            compare(published[0], ours[0], f"{where}/0", found)
    elif type(published) is not type(ours):
        found.append(f"{where}: {type(published).__name__} is published, ours is {type(ours).__name__}")
    elif where.endswith("/error/code") and published != ours:
        found.append(f"{where}: {published} is published, ours is {ours}")


@pytest.mark.req("C2", "C6")
@pytest.mark.parametrize("name", sorted(set(PAIRS) - INBOUND))
def test_simulator_answers_in_the_published_shape(name):
    pair = PAIRS[name]
    account = prepare(name, pair)
    text = json.dumps({"path": pair["request"]["path"], "body": pair["request"]["body"]})
    for old, new in account.names.items():
        text = text.replace(old, new)
    request = json.loads(text)
    headers = {"Authorization": account.names.get("Basic <key>", "Basic eA==")}
    ours = account.ask(pair["request"]["method"], request["path"], request["body"], headers)
    assert ours.status == pair["response"]["status"], ours.body
    found = []
    body = json.loads(ours.body)
    if name in {"tracker_create", "tracker_create_existing"}:
        # Published with finalized and is_return instead of fees; the documents tell to take all three as optional.
        pair["response"]["body"].pop("finalized")
        pair["response"]["body"].pop("is_return")
        body.pop("fees")
    compare(pair["response"]["body"], body, "", found)
    assert not found
    published_headers = {key.lower() for key in pair["response"]["headers"]} - {"retry-after"}
    assert published_headers - set(ours.headers) <= ({"location"} if ours.status != 201 else set())


@pytest.mark.req("C6", "K3")
@pytest.mark.parametrize("name", sorted(set(PAIRS) - INBOUND))
def test_client_reads_the_published_answer(name):
    answer = PAIRS[name]["response"]
    body = msgspec.json.encode(answer["body"])
    response = HttpResponse(answer["status"], {}, body)
    if answer["status"] >= 400:
        verdict = REFUSALS.verdict(response, costly=True)
        assert verdict.why.operator
        assert answer["body"]["error"]["code"] in verdict.why.engineer
        assert code_of(verdict) == answer["body"]["error"]["code"]
    elif name.startswith("shipment_") and name not in {"shipment_list", "shipment_rerate"}:
        shipment = REFUSALS.read(response, wire.Shipment, costly=False)
        assert isinstance(shipment, wire.Shipment)
        assert shipment.is_bought == (answer["body"]["tracking_code"] is not None)
    elif name.startswith("tracker_"):
        translation = translation_of(body, "easypost")
        assert not translation.problems
        assert not translation.unknown_codes
