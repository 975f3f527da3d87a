"""The simulated account on its own: it survives nonsense, moves parcels along, and answers the same to the same."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.connectors.fedex.simulator import SIMULATOR
from crossdock.connectors.fedex.simulator.settings import settings_from
from crossdock.ports.wire import HttpRequest
from crossdock.sim.simulator import UnknownAction

URL = "https://apis.fedex.com"
ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
CALLS = [
    ("POST", "/rate/v1/rates/quotes"),
    ("POST", "/ship/v1/shipments"),
    ("PUT", "/ship/v1/shipments/cancel"),
    ("POST", "/track/v1/trackingnumbers"),
    ("POST", "/track/v1/referencenumbers"),
    ("POST", "/pickup/v1/pickups"),
    ("PUT", "/pickup/v1/pickups/cancel"),
    ("PUT", "/ship/v1/endofday/"),
    ("POST", "/ship/v1/endofday/"),
    ("POST", "/address/v1/addresses/resolve"),
    ("POST", "/oauth/token"),
    ("DELETE", "/elsewhere"),
]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(CALLS),
    st.dictionaries(st.sampled_from(["accountNumber", "requestedShipment", "originDetail", "trackingInfo"]), ODD)
    | st.dictionaries(st.text(max_size=5), ODD),
)
def test_nonsense_is_refused_never_raised(call, body):
    simulator = SIMULATOR.build({})
    form = b"grant_type=client_credentials&client_id=i&client_secret=s"
    granted = simulator.handle(HttpRequest("POST", f"{URL}/oauth/token", {}, form), 0)
    token = json.loads(granted.body)["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = simulator.handle(HttpRequest(call[0], URL + call[1], headers, json.dumps(body).encode()), 1)
    assert 400 <= answer.status < 500, answer.body
    assert json.loads(answer.body)["errors"][0]["code"]


@pytest.mark.req("E1")
async def test_a_whole_journey_is_told_by_webhooks(world):
    booking = await world.bought()
    world.sim.control("finish", {"tracking_number": booking.tracking_number}, world.clock.now())
    alerts = [json.loads(each.body) for each in world.sim.take_webhooks(world.clock.now())]
    newest = [each["output"]["completeTrackResults"][0]["trackResults"][0]["scanEvents"][0] for each in alerts]
    assert [each["eventType"] for each in newest] == ["OC", "PU", "AR", "DP", "IT", "OD", "DL"]


async def test_an_alert_that_is_not_taken_comes_again(world):
    await world.bought()
    (alert,) = world.sim.take_webhooks(world.clock.now())
    world.sim.webhook_answered(alert, 500, world.clock.now())
    (again,) = world.sim.take_webhooks(world.clock.now() + 300_000_000)
    assert (again.id, again.attempt) == (alert.id, 2)


def test_options_and_actions_that_are_not_there():
    with pytest.raises(ValueError, match="FedEx simulator"):
        settings_from({"colour": "purple"})
    simulator = SIMULATOR.build({})
    for action, arguments in (("fly", {}), ("advance", {}), ("script", {"times": "many"})):
        with pytest.raises(UnknownAction):
            simulator.control(action, arguments, 0)
    assert simulator.state() == {"shipments": [], "pickups": [], "closed": {}}
