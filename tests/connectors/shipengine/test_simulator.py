"""The simulated account on its own: it survives nonsense, moves parcels along, and is the same for the same seed."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.connectors.shipengine.simulator import SIMULATOR
from crossdock.model.events import ProofCaptured
from crossdock.ports.connector import Received, Verified
from crossdock.ports.wire import HttpRequest
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import deliver_due

KEY = {"API-Key": "TEST_1"}
ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
PLACE = {"name": "Ann", "address_line1": "1 A", "city_locality": "B", "country_code": "US"}


def shipment(**changes):
    packages = [{"weight": {"value": 500, "unit": "gram"}}]
    return {"ship_to": PLACE, "ship_from": PLACE, "packages": packages, "external_shipment_id": "r"} | changes


def call(simulator, method, path, body=None, now=0):
    content = json.dumps(body).encode() if body is not None else b""
    return simulator.handle(HttpRequest(method, f"https://api.shipengine.com/v1{path}", KEY, content), now)


@pytest.mark.req("E1", "F1", "I2")
async def test_a_whole_journey_arrives_by_webhook(world):
    booking = await world.bought()
    world.control("finish", tracking_number=booking.tracking_number)
    facts = []

    async def deliver(webhook):
        message = Received("events", webhook.body, webhook.headers, world.clock.now())
        assert world.connector.verify(message, world.clock.now()) == Verified()
        facts.extend(world.connector.translate(message).facts)
        return 202

    assert await deliver_due([world.sim], world.clock.now(), deliver) == 6
    assert len({fact.key() for fact in facts}) == 7
    assert any(isinstance(fact.body, ProofCaptured) for fact in facts)
    assert await deliver_due([world.sim], world.clock.now(), deliver) == 0


def test_a_paced_parcel_moves_by_itself():
    simulator = SIMULATOR.build({"pace": "10", "webhook_url": "https://hub.example/in"})
    body = {"shipment": shipment(carrier_id="se-660217", service_code="ups_ground")}
    assert call(simulator, "POST", "/labels", body).status == 200
    assert len(simulator.take_webhooks(0)) == 1
    codes = [json.loads(each.body)["data"]["status_code"] for each in simulator.take_webhooks(3_600_000_000)]
    assert codes == ["IT", "IT", "IT", "IT", "DE"]


def test_the_same_seed_gives_the_same_account():
    def run(seed):
        return call(SIMULATOR.build({"seed": seed}), "POST", "/labels", {"shipment": shipment()}).body

    assert run("1") == run("1")
    assert run("1") != run("2")


def test_keys_options_and_actions_are_checked():
    simulator = SIMULATOR.build({"api_key": "right"})
    assert call(simulator, "GET", "/carriers").status == 401
    with pytest.raises(ValueError, match="mood"):
        SIMULATOR.build({"mood": "good"})
    for action, arguments in (
        ("dance", {}),
        ("advance", {}),
        ("advance", {"tracking_number": "1"}),
        ("script", {"a": 1}),
    ):
        with pytest.raises(UnknownAction):
            simulator.control(action, arguments, 0)


def test_one_reference_one_shipment_one_label():
    simulator = SIMULATOR.build({})
    rated = json.loads(
        call(simulator, "POST", "/rates", {"rate_options": {"carrier_ids": ["se-660217"]}, "shipment": shipment()}).body
    )
    assert [rate["carrier_code"] for rate in rated["rate_response"]["rates"]] == ["ups", "ups"]
    assert call(simulator, "POST", "/labels", {"shipment": shipment()}).status == 400
    path = f"/labels/shipment/{rated['shipment_id']}"
    assert call(simulator, "POST", path, {}).status == 200
    assert json.loads(call(simulator, "POST", path, {}).body)["errors"][0]["error_code"] == "invalid_status"
    assert len(simulator.live_labels()["r"]) == 1


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["ship_to", "ship_from", "packages", "service_code", "carrier_id", "external_shipment_id"]),
    ODD | st.dictionaries(st.text(max_size=5), ODD, max_size=2),
)
def test_nonsense_is_refused_never_raised(name, value):
    simulator = SIMULATOR.build({})
    for path, body in (
        ("/rates", {"rate_options": {"carrier_ids": ["se-660217"]}, "shipment": shipment(**{name: value})}),
        ("/labels", {"shipment": shipment(**{name: value}), "label_format": value}),
        ("/pickups", {name: value}),
        ("/manifests", {"label_ids": value}),
        ("/addresses/validate", [value]),
    ):
        assert call(simulator, "POST", path, body).status < 500
    for path in ("/labels?page=x", "/pickups?page_size=many", "/tracking", "/nothing"):
        assert 400 <= call(simulator, "GET", path).status < 500
