"""Webhook signatures on raw bytes, by the published vectors and by the simulator's own signer."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from crossdock.ports.connector import Received, Rejected, Verified

PUBLISHED = Path(__file__).parent / "published"
VECTORS = {
    path.stem: json.loads(path.read_text()) for path in PUBLISHED.glob("event_*.json") if path.stem != "event_get"
}
LATER = "2027-06-01T00:00:00Z"


def received(vector, **changes):
    headers = {name.lower(): value for name, value in vector["request"]["headers"].items()}
    parts = {"channel": "events", "body": vector["raw_body"].encode(), "headers": headers, "received_at": 0}
    return Received(**(parts | {"path": vector["request"]["path"]} | changes))


def moment(text):
    return int(datetime.fromisoformat(text).timestamp() * 1_000_000)


def connector_for(make_world, vector, **config):
    world = make_world(**config)
    world.vault.values["HOOK"] = vector["secret"]
    return world.connector


@pytest.mark.req("I2", "M22")
@pytest.mark.parametrize("name", sorted(VECTORS))
def test_published_vectors(make_world, name):
    vector = VECTORS[name]
    verdict = connector_for(make_world, vector).verify(received(vector), moment(vector["verify"]["now"]))
    good = vector["response"]["status"] == 200
    assert isinstance(verdict, Verified if good else Rejected)
    if good:
        assert verdict.delivery_id == vector["request"]["body"]["id"]
    else:
        assert verdict.status == 401
        assert verdict.why.operator
        assert verdict.why.engineer


@pytest.mark.req("I2")
def test_v1_alone_has_no_time_and_can_be_forbidden(make_world):
    vector = VECTORS["event_tracker_updated_v1_only_nfkd"]
    message = received(vector)
    assert isinstance(connector_for(make_world, vector).verify(message, moment(LATER)), Verified)
    assert isinstance(connector_for(make_world, vector, signatures="v2").verify(message, moment(LATER)), Rejected)


@pytest.mark.req("I2", "M22")
def test_a_bad_v2_is_not_saved_by_a_good_v1(make_world):
    vector = VECTORS["event_tracker_updated_delivered"]
    connector, now = connector_for(make_world, vector), moment(vector["verify"]["now"])
    broken = dict(received(vector).headers) | {"x-hmac-signature-v2": "hmac-sha256-hex=00"}
    assert isinstance(connector.verify(received(vector, headers=broken), now), Rejected)


@pytest.mark.req("I2", "M22")
def test_v2_binds_the_path(make_world):
    vector = VECTORS["event_tracker_updated_delivered"]
    now = moment(vector["verify"]["now"])
    connector = connector_for(make_world, vector)
    assert isinstance(connector.verify(received(vector, path="/in/other/events"), now), Rejected)
    behind_proxy = connector_for(make_world, vector, webhook_path="/hooks/easypost/duluth-1")
    assert isinstance(behind_proxy.verify(received(vector, path="/in/easypost/events"), now), Verified)


@pytest.mark.req("M3")
def test_both_secrets_count_while_they_are_rotated(make_world):
    vector = VECTORS["event_tracker_created"]
    now = moment(vector["verify"]["now"])
    for name in ("OLD", "HOOK"):
        world = make_world()
        world.vault.values |= {"OLD": "a", "HOOK": "b"} | {name: vector["secret"]}
        assert isinstance(world.connector.verify(received(vector), now), Verified)


@pytest.mark.req("I2")
def test_no_signature_no_secret_and_odd_headers(make_world):
    message = Received("events", b"{}", {}, 0)
    assert make_world().connector.verify(message, 0).status == 401
    assert make_world(webhook_secrets=()).connector.verify(message, 0).status == 401
    assert make_world(webhook_secrets=("secret://env/NONE",)).connector.verify(message, 0).status == 503
    odd = {"x-hmac-signature-v2": "é\udcff", "x-timestamp": "Mon, 99 Foo \udcff", "x-path": "\udcff"}
    assert make_world().connector.verify(Received("events", b"\xff", odd, 0), 0).status == 401


@pytest.mark.req("I2")
async def test_the_simulator_signs_what_the_connector_takes(world):
    await world.bought()
    (webhook,) = world.sim.take_webhooks(world.clock.now())
    path = "/in/easypost/events"
    message = Received("events", webhook.body, webhook.headers, world.clock.now(), path=path)
    assert world.connector.verify(message, world.clock.now()) == Verified(delivery_id=webhook.id)
    only_v1 = {"x-hmac-signature": webhook.headers["x-hmac-signature"]}
    assert isinstance(
        world.connector.verify(Received("events", webhook.body, only_v1, 0, path=path), world.clock.now()), Verified
    )
