"""Who may call the webhook: vectors computed from the documented recipe, by hand and by the simulator's own signer."""

import pytest

from crossdock.ports.connector import Received, Rejected, Verified

BODY = b'{"event":"track_updated","test":true,"data":{"carrier":"usps","tracking_number":"9205590164917312751089"}}'
SECRET = "p8a3f0c1d2e4-shippo"
TIMESTAMP = "1795262400"
"""21 November 2026, 12:00 UTC."""
SIGNATURE = "9b52b4f69ccf075b2731870640cbeafdff2734dfb2570c06821e951795da2502"
"""``printf '%s.%s' 1795262400 BODY | openssl dgst -sha256 -hmac SECRET``: the recipe of docs.goshippo.com, webhook
security. Shippo publishes no vector of its own.
"""
NOW = int(TIMESTAMP) * 1_000_000
MINUTE = 60_000_000


def received(signature=f"t={TIMESTAMP},v1={SIGNATURE}", **changes):
    headers = {"shippo-auth-signature": signature} if signature else {}
    parts = {"channel": "events", "body": BODY, "headers": headers, "received_at": NOW, "path": "/in/shippo/events"}
    return Received(**(parts | changes))


def connector_for(make_world, **config):
    world = make_world(**config)
    world.vault.values["HOOK"] = SECRET
    return world.connector


@pytest.mark.req("I2", "M22")
@pytest.mark.parametrize(
    ("message", "now"),
    [
        (received(), NOW),
        (received(), NOW + 4 * MINUTE),
        (received(), NOW - 4 * MINUTE),
        (received(f"v1={SIGNATURE}, t={TIMESTAMP}"), NOW),
    ],
)
def test_signed_and_in_time(make_world, message, now):
    assert isinstance(connector_for(make_world).verify(message, now), Verified)


@pytest.mark.req("I2", "M22")
@pytest.mark.parametrize(
    ("message", "now"),
    [
        (received(), NOW + 6 * MINUTE),
        (received(), NOW - 6 * MINUTE),
        (received(body=BODY + b" "), NOW),
        (received(f"t={TIMESTAMP},v1={SIGNATURE[:-1]}0"), NOW),
        (received(f"t=1795262401,v1={SIGNATURE}"), NOW),
        (received(f"v1={SIGNATURE}"), NOW),
        (received(f"t={TIMESTAMP}"), NOW),
        (received(f"t=soon,v1={SIGNATURE}"), NOW),
        (received("\udcff"), NOW),
        (received(""), NOW),
    ],
)
def test_wrong_stale_and_odd_ones_are_refused(make_world, message, now):
    verdict = connector_for(make_world).verify(message, now)
    assert isinstance(verdict, Rejected)
    assert verdict.status == 401
    assert verdict.why.operator
    assert SECRET not in verdict.why.engineer


@pytest.mark.req("M3")
def test_both_secrets_count_while_they_are_rotated(make_world):
    for name in ("OLD", "HOOK"):
        world = make_world()
        world.vault.values |= {"OLD": "a", "HOOK": "b"} | {name: SECRET}
        assert isinstance(world.connector.verify(received(), NOW), Verified)


TOKENS = {"webhook_tokens": ("secret://env/URL",)}


@pytest.mark.req("I2")
def test_a_token_in_the_address_serves_where_shippo_does_not_sign(make_world):
    connector = connector_for(make_world, webhook_secrets=(), **TOKENS)
    good = received("", path="/in/shippo/events?source=a&token=123abc")
    assert isinstance(connector.verify(good, NOW), Verified)
    for path in ("/in/shippo/events", "/in/shippo/events?token=", "/in/shippo/events?token=123ab%00"):
        assert isinstance(connector.verify(received("", path=path), NOW), Rejected)


@pytest.mark.req("I2", "M22")
def test_a_good_token_does_not_save_a_bad_signature(make_world):
    connector, path = connector_for(make_world, **TOKENS), "/in/shippo/events?token=123abc"
    assert isinstance(connector.verify(received("", path=path), NOW), Verified)
    assert isinstance(connector.verify(received(path=path), NOW), Verified)
    assert isinstance(connector.verify(received(f"t={TIMESTAMP},v1=00", path=path), NOW), Rejected)
    signed_only = connector_for(make_world, signatures="hmac", **TOKENS)
    assert isinstance(signed_only.verify(received("", path=path), NOW), Rejected)
    assert isinstance(signed_only.verify(received(), NOW), Verified)


@pytest.mark.req("I2")
def test_nothing_configured_and_secrets_that_are_not_there(make_world):
    assert make_world(webhook_secrets=()).connector.verify(received(), NOW).status == 401
    assert make_world(webhook_secrets=("secret://env/NONE",)).connector.verify(received(), NOW).status == 503


@pytest.mark.req("I2")
async def test_the_simulator_signs_what_the_connector_takes(world):
    booking = await world.bought()
    world.sim.control("advance", {"tracking_number": booking.tracking_number}, world.clock.now())
    created, updated = world.sim.take_webhooks(world.clock.now())
    for webhook in (created, updated):
        message = Received("events", webhook.body, webhook.headers, world.clock.now())
        assert isinstance(world.connector.verify(message, world.clock.now()), Verified)
    assert world.connector.translate(Received("events", created.body, {}, 0)).facts == ()
    assert len(world.connector.translate(Received("events", updated.body, {}, 0)).facts) == 2
