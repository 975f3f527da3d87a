"""The simulated account on its own: it survives nonsense, moves parcels along, and answers the same to the same."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.connectors.ups.simulator import SIMULATOR
from crossdock.connectors.ups.simulator.settings import settings_from
from crossdock.ports.wire import HttpRequest
from crossdock.sim.simulator import UnknownAction

URL = "https://onlinetools.ups.com"
ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
CALLS = [
    ("POST", "/api/rating/v2409/Shoptimeintransit"),
    ("POST", "/api/shipments/v2409/ship"),
    ("DELETE", "/api/shipments/v2409/void/cancel/1Z"),
    ("POST", "/api/labels/v1/recovery"),
    ("GET", "/api/track/v1/reference/details/x"),
    ("POST", "/api/pickupcreation/v2409/pickup"),
    ("DELETE", "/api/shipments/v2409/pickup/02"),
    ("POST", "/api/addressvalidation/v2/3"),
    ("POST", "/security/v1/oauth/token"),
    ("PUT", "/elsewhere"),
]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(CALLS),
    st.dictionaries(st.sampled_from(["ShipmentRequest", "RateRequest", "LabelRecoveryRequest"]), ODD)
    | st.dictionaries(st.text(max_size=5), ODD),
)
def test_nonsense_is_refused_never_raised(call, body):
    simulator = SIMULATOR.build({})
    basic = {"authorization": "Basic aWQ6cw=="}
    granted = simulator.handle(
        HttpRequest("POST", f"{URL}/security/v1/oauth/token", basic, b"grant_type=client_credentials"), 0
    )
    token = json.loads(granted.body)["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = simulator.handle(HttpRequest(call[0], URL + call[1], headers, json.dumps(body).encode()), 1)
    assert 400 <= answer.status < 500, answer.body
    assert json.loads(answer.body)["response"]["errors"][0]["code"]


@pytest.mark.req("E1")
async def test_a_whole_journey_is_told_by_alerts(world):
    booking = await world.bought()
    world.sim.control("finish", {"tracking_number": booking.tracking_number}, world.clock.now())
    alerts = [json.loads(each.body) for each in world.sim.take_webhooks(world.clock.now())]
    assert [each["activityStatus"]["code"] for each in alerts] == ["MP", "PU", "OR", "DP", "AR", "OT", "FS"]
    assert {each["trackingNumber"] for each in alerts} == {booking.tracking_number}


async def test_an_alert_that_is_not_taken_comes_again(world):
    await world.bought()
    (alert,) = world.sim.take_webhooks(world.clock.now())
    world.sim.webhook_answered(alert, 500, world.clock.now())
    (again,) = world.sim.take_webhooks(world.clock.now() + 60_000_000)
    assert (again.id, again.attempt) == (alert.id, 2)


def test_options_and_actions_that_are_not_there():
    with pytest.raises(ValueError, match="UPS simulator"):
        settings_from({"colour": "brown"})
    simulator = SIMULATOR.build({})
    for action, arguments in (("fly", {}), ("advance", {}), ("script", {"times": "many"})):
        with pytest.raises(UnknownAction):
            simulator.control(action, arguments, 0)
    assert simulator.state() == {"shipments": [], "pickups": []}
