"""The simulated account on its own: it survives nonsense, sells once, and moves parcels along."""

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.connectors.easypost.simulator import SIMULATOR
from crossdock.model.events import ProofCaptured
from crossdock.ports.connector import Received, Verified
from crossdock.ports.wire import HttpRequest
from crossdock.sim.webhooks import deliver_due

KEY = {"Authorization": "Basic eA=="}
ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


@pytest.mark.req("C4")
async def test_two_workers_buy_one_label(world, commands):
    quote = await world.rated()
    verdicts = await asyncio.gather(world.send(commands.buy(quote)), world.send(commands.buy(quote, 1)))
    assert len({verdict.facts for verdict in verdicts}) == 1
    assert [len(codes) for codes in world.sim.live_labels().values()] == [1]


@pytest.mark.req("E1", "F1", "I2")
async def test_a_whole_journey_arrives_by_webhook(world):
    booking = await world.bought()
    world.sim.control("finish", {"tracking_code": booking.tracking_number}, world.clock.now())
    facts = []

    async def deliver(webhook):
        path = "/in/easypost/events"
        message = Received("events", webhook.body, webhook.headers, world.clock.now(), path=path)
        assert isinstance(world.connector.verify(message, world.clock.now()), Verified)
        facts.extend(world.connector.translate(message).facts)
        return 202

    carried = await deliver_due([world.sim], world.clock.now(), deliver)
    assert carried == 7
    assert len({fact.key() for fact in facts}) == 9
    assert isinstance(facts[-1].body, ProofCaptured)
    assert await deliver_due([world.sim], world.clock.now(), deliver) == 0


async def test_a_paced_parcel_moves_by_itself():
    simulator = SIMULATOR.build({"pace": "10", "webhook_url": "https://hub.example/in", "webhook_secret": "s"})
    address = {"name": "Ann", "street1": "1 A", "city": "B", "state": "MN", "zip": "55802", "country": "US"}
    body = {"shipment": {"to_address": address, "from_address": address, "parcel": {"weight": 5}, "service": "Ground"}}
    request = HttpRequest("POST", "https://api.easypost.com/v2/shipments", KEY, json.dumps(body).encode())
    assert simulator.handle(request, 0).status == 201
    assert len(simulator.take_webhooks(0)) == 1
    statuses = [json.loads(each.body)["result"]["status"] for each in simulator.take_webhooks(3_600_000_000)]
    assert statuses == ["in_transit"] * 4 + ["out_for_delivery", "delivered"]


def test_the_same_seed_gives_the_same_account():
    def run(seed):
        simulator = SIMULATOR.build({"seed": seed})
        body = b'{"tracker":{"tracking_code":"EZ4000000004"}}'
        return simulator.handle(HttpRequest("POST", "https://api.easypost.com/v2/trackers", KEY, body), 5).body

    assert run("1") == run("1")
    assert run("1") != run("2")


def test_a_configured_key_is_the_only_one():
    simulator = SIMULATOR.build({"api_key": "EZTKright"})
    request = HttpRequest("GET", "https://api.easypost.com/v2/shipments", KEY)
    assert simulator.handle(request, 0).status == 401


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["to_address", "from_address", "parcel", "options", "customs_info", "carrier_accounts", "service"]),
    ODD | st.dictionaries(st.text(max_size=5), ODD, max_size=2),
)
def test_nonsense_is_refused_never_raised(name, value):
    simulator = SIMULATOR.build({})
    address = {"name": "Ann", "country": "US"}
    shipment = {"to_address": address, "from_address": address, "parcel": {"weight": 5}} | {name: value}
    for path, body in (("/v2/shipments", {"shipment": shipment}), ("/v2/trackers", {"tracker": value})):
        content = json.dumps(body).encode()
        answer = simulator.handle(HttpRequest("POST", f"https://api.easypost.com{path}", KEY, content), 0)
        assert answer.status < 500, answer.body
    simulator.handle(HttpRequest("GET", "https://api.easypost.com/v2/trackers?page_size=many", KEY), 0)
