"""Addresses, tracking on request, signed webhooks, and the check without effect."""

import pytest

from crossdock.connectors.fedex.mapping import tracking
from crossdock.model import commands as cmd
from crossdock.model.events import Fact, ShipmentVoided
from crossdock.model.instants import from_epoch_us
from crossdock.model.party import Address, Party
from crossdock.ports.connector import Received, Rejected, Translation, Unreadable, Verified
from crossdock.ports.verdicts import Done, Explanation, Park, Refuse


def check(world, *lines, country="US"):
    place = Address(lines, "Duluth", "MN", "55802", country)
    return world.send(cmd.CheckAddress("check-1", Party("Larch Tools", place)))


@pytest.mark.req("C2")
async def test_addresses_are_judged(world):
    valid = (await check(world, "2210 QUARRY BEND RD")).facts[0].body
    assert (valid.verdict, valid.suggested.postcode) == ("valid", "55802-0001")
    assert (await check(world, "2210 QUARRY BEND RD", "")).facts[0].body.verdict == "valid"
    missing = (await check(world, "Quarry Bend Rd")).facts[0].body
    assert (missing.verdict, missing.messages) == ("invalid", ("STANDARDIZED.ADDRESS.NOTFOUND: -",))
    guessed = (await check(world, "1 Rural Route")).facts[0].body
    assert (guessed.verdict, guessed.suggested) == ("unknown", Address())


@pytest.mark.req("E14")
async def test_tracking_on_request_is_translated(world, monkeypatch):
    booking = await world.bought()
    fact = Fact(ShipmentVoided("fedex", "P1", "1", "1"), from_epoch_us(0), subject="do:odoo:16")
    seen = []

    def translation_of(body, partner):
        seen.append((body, partner))
        return Translation((fact,))

    monkeypatch.setattr(tracking, "translation_of", translation_of)
    verdict = await world.send(cmd.RequestTracking(booking.tracking_number))
    assert verdict == Done((fact,))
    ((body, partner),) = seen
    assert partner == "fedex"
    assert booking.tracking_number.encode() in body
    assert await world.send(cmd.RequestTracking("790000009999")) == Done()


@pytest.mark.req("E14")
async def test_tracking_that_cannot_be_read_is_parked(world, monkeypatch):
    booking = await world.bought()
    why = Explanation("Look at it.", "not JSON")
    monkeypatch.setattr(
        tracking, "translation_of", lambda _body, _partner: Translation(problems=(Unreadable("", why),))
    )
    assert await world.send(cmd.RequestTracking(booking.tracking_number)) == Park(why)


BODY, SIGNATURE = b'{"output":{}}', "S1SWXNmDlR5PE5OiV18v2ir+nJu4WMWXZTxz+I31dYE="
"""Made with OpenSSL 3 by `openssl dgst -sha256 -hmac t0ken -binary | base64`."""


@pytest.mark.req("I2", "M22")
def test_a_vector_made_elsewhere(world):
    message = Received("events", BODY, {"fdx-signature": SIGNATURE}, 0)
    assert world.connector.verify(message, 0) == Verified()


@pytest.mark.req("I2")
async def test_the_simulator_signs_what_the_connector_takes(world):
    await world.bought()
    (event,) = world.sim.take_webhooks(world.clock.now())
    message = Received("events", event.body, event.headers, world.clock.now(), path="/in/fedex/events")
    assert world.connector.verify(message, world.clock.now()) == Verified()
    altered = Received("events", event.body + b" ", event.headers, world.clock.now())
    assert isinstance(world.connector.verify(altered, world.clock.now()), Rejected)


@pytest.mark.req("I2", "M22")
@pytest.mark.parametrize("given", ["", SIGNATURE.lower(), SIGNATURE[:-1], "t0ken", "\udcff", f"sha256={SIGNATURE}"])
def test_a_wrong_signature_is_refused_before_anything_is_read(world, given):
    for body in (BODY, b"\xff{"):
        verdict = world.connector.verify(Received("events", body, {"fdx-signature": given}, 0), 0)
        assert isinstance(verdict, Rejected)
        assert verdict.status == 401
        assert "t0ken" not in verdict.why.engineer


@pytest.mark.req("M3", "I2")
def test_both_tokens_count_while_they_change_and_none_is_no_licence(make_world):
    message = Received("events", BODY, {"fdx-signature": SIGNATURE}, 0)
    for order in (("OLD", "HOOK"), ("HOOK", "OLD")):
        tokens = tuple(f"secret://env/{name}" for name in order)
        assert isinstance(make_world(webhook_tokens=tokens).connector.verify(message, 0), Verified)
    assert make_world(webhook_tokens=()).connector.verify(message, 0).status == 401
    assert make_world(webhook_tokens=("secret://env/NONE",)).connector.verify(message, 0).status == 503


@pytest.mark.req("M4")
async def test_tracking_may_have_credentials_of_its_own(make_world, monkeypatch):
    world = make_world(tracking_client_id="secret://env/TRACK", tracking_client_secret="secret://env/SECRET")
    world.vault.values["TRACK"] = "id"
    await world.bought()
    assert len(world.sim.ledger.of("token.given")) == 2
    monkeypatch.setattr(tracking, "translation_of", lambda _body, _partner: Translation())
    world.sim.control("expire_tokens", {}, 0)
    assert await world.send(cmd.RequestTracking("790000009999")) == Done()


@pytest.mark.req("K3")
async def test_the_check_asks_for_a_token_only(world):
    assert await world.connector.check()
    assert [entry.kind for entry in world.sim.ledger.entries] == ["token.given"]
    world.sim.control("script", {"status": 503, "path": "/oauth/.*"}, 0)
    with pytest.raises(ConnectionError):
        await world.another().check()
    world.vault.values["ID"] = "nobody"
    with pytest.raises(PermissionError):
        await world.another().check()


async def test_what_fedex_cannot_do_is_refused(world):
    assert isinstance(await world.send(cmd.RecordNote("1", "text", "marker")), Refuse)
    assert isinstance(await world.settle(cmd.RecordNote("1", "text", "marker")), Refuse)
    assert isinstance(await world.connector.fetch("trackers", ""), Refuse)
