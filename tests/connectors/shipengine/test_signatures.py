"""Webhook signatures on raw bytes. No vector is published: one is made here with openssl's algorithm and a key of our
own, and the simulator signs by code of its own.
"""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from crossdock.ports.connector import Received, Rejected, Verified
from crossdock.ports.spec import Errand, OperationStopped, StepStatus
from crossdock.sim.faults import Effect, Rule

NOW = 1_795_000_000_000_000
SAID = "2026-11-18T11:06:40Z"
BODY = b'{"resource_type": "API_TRACK",  "data": {"tracking_number": "1ZCDX0000000000001", "events": []}}'
KEY = rsa.generate_private_key(65537, 2048)


def number(value):
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8)).rstrip(b"=").decode()


def key_set(key, kid="k-1"):
    public = key.public_key().public_numbers()
    return json.dumps({"keys": [{"kty": "RSA", "kid": kid, "n": number(public.n), "e": number(public.e)}]})


def signed(body=BODY, said=SAID, kid="k-1", algorithm=None, signed_as=None):
    data = f"{said if signed_as is None else signed_as}.".encode() + body
    signature = KEY.sign(data, padding.PKCS1v15(), algorithm or SHA256())
    return {
        "x-shipengine-timestamp": said,
        "x-shipengine-rsa-sha256-key-id": kid,
        "x-shipengine-rsa-sha256-signature": base64.b64encode(signature).decode(),
    }


def judge(world, headers, body=BODY, now=NOW):
    return world.connector.verify(Received("events", body, headers, now, path="/in/shipengine/events"), now)


@pytest.fixture
def keyed(make_world):
    world = make_world()
    world.vault.values["KEYS"] = key_set(KEY)
    return world


@pytest.mark.req("I2", "M22")
def test_time_and_raw_body_are_signed(keyed):
    assert judge(keyed, signed()) == Verified()
    assert judge(keyed, signed(said="2026-11-18T11:06:40.123+00:00")) == Verified()


@pytest.mark.req("I2", "M22")
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (signed(), BODY.replace(b"  ", b" ")),
        (signed(), BODY + b"\n"),
        (signed(signed_as="2026-11-18T11:06:41Z"), BODY),
        (signed(algorithm=SHA512()), BODY),
        (signed(kid="k-2"), BODY),
        (signed() | {"x-shipengine-rsa-sha256-signature": "not base64 \udcff"}, BODY),
        (signed() | {"x-shipengine-rsa-sha256-signature": ""}, BODY),
        ({"x-shipengine-timestamp": SAID}, BODY),
        ({}, b"\xff\xfe no JSON"),
    ],
    ids=["spaces", "newline", "time", "algorithm", "key", "form", "empty", "alone", "none"],
)
def test_wrong_ones_are_refused_before_parsing(keyed, headers, body):
    verdict = judge(keyed, headers, body)
    assert isinstance(verdict, Rejected)
    assert verdict.status == 401
    assert verdict.why.operator
    assert verdict.why.engineer


@pytest.mark.req("I2", "M22")
@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_stale_ones_are_refused_although_the_signature_is_right(keyed, seconds):
    verdict = judge(keyed, signed(), now=NOW + seconds * 1_000_000)
    assert isinstance(verdict, Rejected)
    assert "too far" in verdict.why.engineer
    assert judge(keyed, signed(), now=NOW + 299_000_000) == Verified()


@pytest.mark.req("I2")
@pytest.mark.parametrize("said", ["yesterday", "2026-11-18T11:06:40", "9" * 400])
def test_a_time_without_zone_or_sense_is_refused(keyed, said):
    assert isinstance(judge(keyed, signed(said=said)), Rejected)


@pytest.mark.req("M4")
def test_without_keys_nothing_is_taken(make_world):
    assert judge(make_world(webhook_keys=""), signed()).status == 401
    assert judge(make_world(webhook_keys="secret://file/none"), signed()).status == 503
    broken = make_world()
    for text in ("", "{}", "[1]", '{"keys":[{"kty":"RSA","kid":"k-1","n":"AQ","e":"AQ"}]}', "\x00"):
        broken.vault.values["KEYS"] = text
        assert judge(broken, signed()).status in {401, 503}, text


@pytest.mark.req("I2")
async def test_the_simulator_signs_what_the_connector_takes(world):
    await world.bought()
    (webhook,) = world.sim.take_webhooks(world.clock.now())
    assert judge(world, webhook.headers, webhook.body, world.clock.now()) == Verified()
    assert world.connector.translate(Received("events", webhook.body, webhook.headers, 0)).facts


def errand(world, kept, *, dry_run=False):
    def keep(reference, value):
        kept[reference] = value
        world.vault.values["KEYS"] = value
        return True

    return Errand(world.surroundings, {}, "https://hub.example/in/shipengine", lambda _: "", keep, dry_run)


@pytest.mark.req("M3")
async def test_keys_are_fetched_and_kept(make_world):
    world, kept = make_world(), {}
    del world.vault.values["KEYS"]
    (operation,) = [each for each in world_operations() if each.name == "keys"]
    dry = await operation.run(world.connector, errand(world, kept, dry_run=True))
    assert (dry.steps[0].status, kept) == (StepStatus.WOULD, {})
    done = await operation.run(world.connector, errand(world, kept))
    assert done.steps[0].status is StepStatus.DONE
    assert list(kept) == ["secret://file/KEYS"]
    again = await operation.run(world.connector, errand(world, kept))
    assert again.steps[0].status is StepStatus.KEPT
    await world.bought()
    (webhook,) = world.sim.take_webhooks(world.clock.now())
    assert judge(world, webhook.headers, webhook.body, world.clock.now()) == Verified()


@pytest.mark.req("M3")
@pytest.mark.parametrize(
    "effect",
    [Effect(status=500), Effect(unreachable=True), Effect(status=200, body="<html>")],
    ids=["500", "net", "html"],
)
async def test_what_is_no_key_set_replaces_nothing(make_world, effect):
    world, kept = make_world(), {}
    world.faults.add(Rule(effect))
    with pytest.raises(OperationStopped):
        await world_operations()[0].run(world.connector, errand(world, kept))
    assert kept == {}


def world_operations():
    from crossdock.connectors.shipengine.spec import SPEC  # noqa: PLC0415 - only here

    return SPEC.operations
