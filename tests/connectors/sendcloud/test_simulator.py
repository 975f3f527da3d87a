"""The simulated account on its own: it survives nonsense, moves parcels along, and is the same for the same seed."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.connectors.sendcloud.simulator import SIMULATOR
from crossdock.ports.connector import Received, Verified
from crossdock.ports.wire import HttpRequest
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import deliver_due

KEY = {"Authorization": "Basic cHViOnNlYw=="}
ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
PLACE = {"name": "Ann", "address_line_1": "A 1", "postal_code": "1", "city": "B", "country_code": "NL"}


def shipment(**changes):
    ship_with = {"type": "shipping_option_code", "properties": {"shipping_option_code": "dpd:classic"}}
    parcels = [{"weight": {"value": "1.000", "unit": "kg"}}]
    body = {"to_address": PLACE, "from_address": PLACE, "parcels": parcels, "ship_with": ship_with}
    return body | {"external_reference_id": "r"} | changes


def call(simulator, method, path, body=None, host="https://panel.sendcloud.sc"):
    content = json.dumps(body).encode() if body is not None else b""
    return simulator.handle(HttpRequest(method, f"{host}/api/v3{path}", KEY, content), 0)


@pytest.mark.req("E1", "I2")
async def test_a_whole_journey_arrives_by_webhook(world):
    booking = await world.bought()
    world.control("finish", tracking_number=booking.tracking_number)
    milestones = []

    async def deliver(webhook):
        message = Received("events", webhook.body, webhook.headers, world.clock.now())
        assert world.connector.verify(message, world.clock.now()) == Verified()
        milestones.extend(fact.body.event.milestone for fact in world.connector.translate(message).facts)
        return 202

    assert await deliver_due([world.sim], world.clock.now(), deliver) == 5
    assert milestones == ["info_received", "picked_up", "arrived_at_facility", "out_for_delivery", "delivered"]


def test_the_same_seed_gives_the_same_account():
    def run(seed):
        return call(SIMULATOR.build({"seed": seed}), "POST", "/shipments/announce", shipment()).body

    assert run("1") == run("1")
    assert run("1") != run("2")


def test_a_reference_is_taken_once_and_the_shipment_comes_back():
    simulator = SIMULATOR.build({})
    first = call(simulator, "POST", "/shipments/announce", shipment())
    second = call(simulator, "POST", "/shipments/announce", shipment())
    assert (first.status, second.status) == (201, 409)
    assert json.loads(first.body) == json.loads(second.body)


def test_on_loopback_links_lead_there_too():
    simulator = SIMULATOR.build({})
    made = json.loads(call(simulator, "POST", "/shipments/announce", shipment(), "http://127.0.0.1:8104").body)
    link = made["data"]["parcels"][0]["documents"][0]["link"]
    assert link.startswith("http://127.0.0.1:8104/api/v3/parcels/")


def test_keys_options_and_actions_are_checked():
    assert call(SIMULATOR.build({"keys": "pub:other"}), "GET", "/shipments").status == 401
    with pytest.raises(ValueError, match="mood"):
        SIMULATOR.build({"mood": "good"})
    simulator = SIMULATOR.build({})
    for action, arguments in (("dance", {}), ("advance", {}), ("advance", {"tracking_number": "1"})):
        with pytest.raises(UnknownAction):
            simulator.control(action, arguments, 0)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["to_address", "from_address", "parcels", "ship_with", "label_details", "weight", "time_slots"]),
    ODD | st.dictionaries(st.text(max_size=5), ODD, max_size=2),
)
def test_nonsense_is_refused_never_raised(name, value):
    simulator = SIMULATOR.build({})
    paths = ("/shipping-options", "/shipments/announce", "/returns/announce-synchronously", "/pickups")
    for path in paths:
        assert call(simulator, "POST", path, shipment(**{name: value})).status < 500
    assert call(simulator, "POST", "/addresses/validate", {"address": value, "carrier_code": "x"}).status < 500
    for path in ("/shipments?page_size=x", "/returns?cursor=y", "/pickups/1", "/parcels/1/documents/label", "/nothing"):
        assert 400 <= call(simulator, "GET", path).status < 500
