"""The simulated account on its own: it survives nonsense, keeps its books, and moves parcels along."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.connectors.shippo.simulator import SIMULATOR
from crossdock.ports.connector import Received, Verified
from crossdock.ports.wire import HttpRequest
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import deliver_due

KEY = {"Authorization": "ShippoToken x"}
ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
PLACE = {"name": "Ann", "street1": "1 A", "city": "B", "state": "MN", "zip": "55802", "country": "US"}
PARCEL = {"length": "1", "width": "1", "height": "1", "distance_unit": "in", "weight": "2", "mass_unit": "lb"}
SHIPMENT = {"address_from": PLACE, "address_to": PLACE, "parcels": [PARCEL], "async": False}


def ask(simulator, method, path, body=None, now=0, headers=KEY):
    content = b"" if body is None else json.dumps(body).encode()
    answer = simulator.handle(HttpRequest(method, f"https://api.goshippo.com{path}", headers, content), now)
    return answer.status, json.loads(answer.body)


def bought(simulator, now=0, **changes):
    rate = ask(simulator, "POST", "/shipments/", SHIPMENT, now)[1]["rates"][0]["object_id"]
    return ask(simulator, "POST", "/transactions/", {"rate": rate, "async": False} | changes, now)[1]


@pytest.mark.req("E1", "F1", "I2")
async def test_a_whole_journey_arrives_by_webhook(world):
    booking = await world.bought()
    world.sim.control("finish", {"tracking_number": booking.tracking_number}, world.clock.now())
    facts = []

    async def deliver(webhook):
        message = Received("events", webhook.body, webhook.headers, world.clock.now())
        assert isinstance(world.connector.verify(message, world.clock.now()), Verified)
        facts.extend(world.connector.translate(message).facts)
        return 202

    assert await deliver_due([world.sim], world.clock.now(), deliver) == 6
    assert len({fact.key() for fact in facts}) == 6
    assert await deliver_due([world.sim], world.clock.now(), deliver) == 0


def test_a_webhook_nobody_takes_is_tried_again_and_given_up():
    simulator = SIMULATOR.build({"webhook_url": "https://hub.example/in"})
    bought(simulator)
    moment, attempts = 0, 0
    while webhooks := simulator.take_webhooks(moment):
        attempts += 1
        simulator.webhook_answered(webhooks[0], 500, moment)
        moment += 3_600_000_000
    assert attempts == 4
    assert len(simulator.ledger.of("webhook.given_up")) == 1


def test_a_paced_parcel_moves_by_itself():
    simulator = SIMULATOR.build({"pace": "10", "webhook_url": "https://hub.example/in"})
    bought(simulator)
    assert len(simulator.take_webhooks(0)) == 1
    sent = [json.loads(each.body)["data"]["tracking_status"] for each in simulator.take_webhooks(3_600_000_000)]
    assert [each["status"] for each in sent] == ["TRANSIT"] * 4 + ["DELIVERED"]


def test_a_described_scan_and_the_mocked_numbers():
    simulator = SIMULATOR.build({})
    number = bought(simulator)["tracking_number"]
    given = {"tracking_number": number, "status": "FAILURE", "substatus": "package_lost", "text": "Lost"}
    simulator.control("advance", given, 5)
    assert ask(simulator, "GET", f"/tracks/usps/{number}")[1]["tracking_status"]["substatus"]["code"] == "package_lost"
    assert ask(simulator, "GET", "/tracks/shippo/SHIPPO_DELIVERED")[1]["tracking_status"]["status"] == "DELIVERED"
    for action in ("advance", "nonsense", "refund"):
        with pytest.raises(UnknownAction):
            simulator.control(action, {"tracking_number": "none"}, 0)


def test_a_queued_label_is_made_in_its_time():
    simulator = SIMULATOR.build({"queue_seconds": "20"})
    queued = bought(simulator, **{"async": True})
    assert queued["status"] == "QUEUED"
    path = f"/transactions/{queued['object_id']}"
    assert ask(simulator, "GET", path, now=19_000_000)[1]["status"] == "QUEUED"
    assert simulator.live_labels() == {}
    made = ask(simulator, "GET", path, now=20_000_000)[1]
    assert made["status"] == "SUCCESS"
    assert simulator.live_labels() == {queued["object_id"]: [made["tracking_number"]]}


def test_the_carrier_decides_about_a_refund():
    simulator = SIMULATOR.build({})
    sold = bought(simulator, metadata="do:odoo:1/P1")
    assert ask(simulator, "POST", "/refunds/", {"transaction": sold["object_id"]})[1]["status"] == "PENDING"
    assert ask(simulator, "POST", "/refunds/", {"transaction": sold["object_id"]})[0] == 400
    assert simulator.live_labels() == {}
    simulator.control("refund", {"tracking_number": sold["tracking_number"], "status": "REFUNDREJECTED"}, 0)
    assert simulator.live_labels() == {"do:odoo:1/P1": [sold["tracking_number"]]}


def test_the_same_seed_gives_the_same_account():
    run = {seed: bought(SIMULATOR.build({"seed": seed})) for seed in ("1", "2")}
    assert bought(SIMULATOR.build({"seed": "1"})) == run["1"]
    assert run["1"] != run["2"]
    with pytest.raises(ValueError, match="Shippo simulator"):
        SIMULATOR.build({"colour": "red"})


def test_a_configured_token_is_the_only_one():
    simulator = SIMULATOR.build({"api_token": "shippo_test_right"})
    assert ask(simulator, "GET", "/transactions")[0] == 401
    assert ask(simulator, "GET", "/transactions", headers={"Authorization": "ShippoToken shippo_test_right"})[0] == 200


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["address_from", "address_to", "parcels", "extra", "customs_declaration", "carrier_accounts"]),
    ODD | st.dictionaries(st.text(max_size=5), ODD, max_size=2) | st.lists(st.dictionaries(st.text(max_size=5), ODD)),
)
def test_nonsense_is_refused_never_raised(name, value):
    simulator = SIMULATOR.build({})
    assert ask(simulator, "POST", "/shipments", SHIPMENT | {name: value})[0] < 500
    for path in ("/transactions", "/refunds", "/pickups", "/manifests", "/addresses", "/tracks"):
        for body in ({name: value}, {"rate": value, "transaction": value, "transactions": value, "country": value}):
            assert ask(simulator, "POST", path, body)[0] < 500
    assert ask(simulator, "GET", "/transactions?results=many")[0] == 400
