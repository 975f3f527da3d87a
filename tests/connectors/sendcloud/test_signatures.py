"""Webhook signatures on raw bytes, by Sendcloud's published vector and by the simulator's own signer."""

import hashlib
import hmac

import pytest

from crossdock.ports.connector import Received, Rejected, Verified

VECTOR = ("secretkey", b'{"key": "value"}', "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a")
"""Secret, body and signature of sendcloud.dev, API v2, webhooks."""


def judge(world, signature, body=VECTOR[1]):
    headers = {"sendcloud-signature": signature} if signature is not None else {}
    return world.connector.verify(Received("events", body, headers, 0, path="/in/sendcloud/events"), 0)


@pytest.fixture
def keyed(world):
    world.vault.values["HOOK"] = VECTOR[0]
    return world


@pytest.mark.req("I2", "M22")
def test_the_published_vector(keyed):
    assert judge(keyed, VECTOR[2]) == Verified()


@pytest.mark.req("I2", "M22")
@pytest.mark.parametrize(
    ("signature", "body"),
    [
        (VECTOR[2], b'{"key":"value"}'),
        (VECTOR[2][:-1] + "b", VECTOR[1]),
        (f"sha256={VECTOR[2]}", VECTOR[1]),
        ("", VECTOR[1]),
        (None, VECTOR[1]),
        ("\udcff", b"\xff\xfe no JSON"),
        (hmac.new(b"", VECTOR[1], hashlib.sha256).hexdigest(), VECTOR[1]),
    ],
    ids=["body", "digit", "prefix", "empty", "none", "odd", "empty-key"],
)
def test_wrong_ones_are_refused_before_parsing(keyed, signature, body):
    verdict = judge(keyed, signature, body)
    assert isinstance(verdict, Rejected)
    assert verdict.status == 401
    assert verdict.why.operator
    assert verdict.why.engineer


@pytest.mark.req("M3")
def test_both_secrets_count_while_they_are_rotated(world):
    world.vault.values["OLD"] = VECTOR[0]
    assert judge(world, VECTOR[2]) == Verified()


@pytest.mark.req("I2", "M4")
def test_without_a_secret_nothing_is_taken(make_world):
    assert judge(make_world(webhook_secrets=()), VECTOR[2]).status == 401
    assert judge(make_world(webhook_secrets=("secret://env/NONE",)), VECTOR[2]).status == 503


@pytest.mark.req("I2")
async def test_the_simulator_signs_what_the_connector_takes(world):
    await world.bought()
    (webhook,) = world.sim.take_webhooks(world.clock.now())
    message = Received("events", webhook.body, webhook.headers, 0)
    assert world.connector.verify(message, 0) == Verified()
    assert world.connector.translate(message).facts
