"""Addresses, tracking on request, Track Alerts, and the check without effect."""

import pytest

from crossdock.connectors.ups.mapping import parties, tracking
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
    assert (await check(world, "Quarry Bend Rd")).facts[0].body.verdict == "invalid"
    ambiguous = (await check(world, "1 Ambiguous St")).facts[0].body
    assert (ambiguous.verdict, ambiguous.suggested) == ("unknown", Address())
    abroad = (await check(world, "Steenweg 12", country="BE")).facts[0].body
    assert (abroad.verdict, abroad.messages) == ("unknown", ("UPS checks no addresses in BE",))


@pytest.mark.req("E14")
async def test_tracking_on_request_is_translated(world, monkeypatch):
    booking = await world.bought()
    fact = Fact(ShipmentVoided("ups", "P1", "1", "1"), from_epoch_us(0), subject="do:odoo:16")
    seen = []

    def translation_of(body, partner):
        seen.append((body, partner))
        return Translation((fact,))

    monkeypatch.setattr(tracking, "translation_of", translation_of)
    verdict = await world.send(cmd.RequestTracking(booking.tracking_number))
    assert verdict == Done((fact,))
    ((body, partner),) = seen
    assert partner == "ups"
    assert booking.tracking_number.encode() in body
    assert await world.send(cmd.RequestTracking("1ZA1B2C30300000000")) == Done()


@pytest.mark.req("E14")
async def test_tracking_that_cannot_be_read_is_parked(world, monkeypatch):
    booking = await world.bought()
    why = Explanation("Look at it.", "not JSON")
    monkeypatch.setattr(
        tracking, "translation_of", lambda _body, _partner: Translation(problems=(Unreadable("", why),))
    )
    assert await world.send(cmd.RequestTracking(booking.tracking_number)) == Park(why)


@pytest.mark.req("I2")
async def test_alerts_come_with_our_credential(world):
    await world.bought()
    (alert,) = world.sim.take_webhooks(world.clock.now())
    message = Received("alerts", alert.body, alert.headers, world.clock.now(), path="/in/ups/alerts")
    assert world.connector.verify(message, world.clock.now()) == Verified()
    old = Received("alerts", b"not even JSON", {"credential": "older"}, 0)
    assert isinstance(world.connector.verify(old, 0), Verified)


@pytest.mark.req("I2", "M22")
@pytest.mark.parametrize("given", ["", "cr3d ness", "CR3D", "\udcff", "Bearer cr3d"])
def test_a_wrong_credential_is_refused_before_anything_is_read(world, given):
    verdict = world.connector.verify(Received("alerts", b"\xff{", {"credential": given}, 0), 0)
    assert isinstance(verdict, Rejected)
    assert verdict.status == 401
    assert "cr3d" not in verdict.why.engineer


@pytest.mark.req("I2")
def test_no_credential_configured_and_one_that_is_missing(make_world):
    message = Received("alerts", b"{}", {"credential": "cr3d"}, 0)
    assert make_world(webhook_credentials=()).connector.verify(message, 0).status == 401
    assert make_world(webhook_credentials=("secret://env/NONE",)).connector.verify(message, 0).status == 503


@pytest.mark.req("K3")
async def test_the_check_asks_for_a_token_only(world):
    assert await world.connector.check()
    assert [entry.kind for entry in world.sim.ledger.entries] == ["token.given"]
    world.sim.control("script", {"status": 503, "path": "/security/.*"}, 0)
    with pytest.raises(ConnectionError):
        await world.another().check()
    world.vault.values["ID"] = "nobody"
    with pytest.raises(PermissionError):
        await world.another().check()


async def test_what_ups_cannot_do_is_refused(world):
    assert isinstance(await world.send(cmd.RecordNote("1", "text", "marker")), Refuse)
    assert isinstance(await world.settle(cmd.RecordNote("1", "text", "marker")), Refuse)
    assert isinstance(await world.connector.fetch("trackers", ""), Refuse)


def test_references_stay_apart_in_35_characters():
    assert parties.reference_of("RMA-7") == "RMA-7"
    long = [parties.reference_of(f"do:odoo:{'9' * 40}/{number}") for number in range(3)]
    odd = [parties.reference_of(text) for text in ("a/b", "a:b", "a-b")]
    assert len({*long, *odd}) == 6
    assert all(len(each) <= 35 and each.replace("-", "").isalnum() for each in [*long, *odd])
