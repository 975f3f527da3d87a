"""What a refusal, a lost answer or a repeated command becomes, and what settles it."""

import pytest

from crossdock.connectors.easypost.client.refusals import REFUSALS
from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.model.events import LabelReceived, RatesQuoted, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference
from crossdock.ports.connector import Page, Received
from crossdock.ports.verdicts import (
    AlreadyDone,
    Done,
    ErrorClass,
    InDoubt,
    Park,
    Reauthenticate,
    Refuse,
    Retry,
)
from crossdock.ports.wire import HttpResponse
from crossdock.sim.faults import Effect, Match, Rule, When

BUY = Match("POST", "/v2/shipments/.*/buy")


def answer(status, code="", headers=None):
    return HttpResponse(status, headers or {}, b'{"error":{"code":"%s","message":"m","errors":[]}}' % code.encode())


@pytest.mark.req("K3")
@pytest.mark.parametrize(
    ("status", "code", "costly", "harmless"),
    [
        (400, "BAD_REQUEST", Refuse, Refuse),
        (401, "UNAUTHORIZED", Reauthenticate, Reauthenticate),
        (403, "APIKEY.INACTIVE", Reauthenticate, Reauthenticate),
        (402, "PAYMENT_REQUIRED", Park, Park),
        (404, "NOT_FOUND", Park, Park),
        (409, "", InDoubt, Retry),
        (422, "SHIPMENT.POSTAGE.EXISTS", InDoubt, Retry),
        (422, "SHIPMENT.PURCHASE.IN_PROGRESS", InDoubt, Retry),
        (422, "SHIPMENT.POSTAGE.NO_RESPONSE", InDoubt, Retry),
        (422, "SHIPMENT.POSTAGE.FAILURE", Park, Park),
        (422, "SHIPMENT.INVALID_PARAMS", Refuse, Refuse),
        (422, "SOMETHING.NEW", Park, Park),
        (429, "RATE_LIMITED", Retry, Retry),
        (500, "INTERNAL_SERVER_ERROR", InDoubt, Retry),
        (503, "SHIPMENT.POSTAGE.FAILURE", InDoubt, Retry),
        (302, "", Park, Park),
    ],
)
def test_table(status, code, costly, harmless):
    for verdict, expected in (
        (REFUSALS.verdict(answer(status, code), costly=True), costly),
        (REFUSALS.verdict(answer(status, code), costly=False), harmless),
    ):
        assert type(verdict) is expected
        assert verdict.why.operator
        assert str(status) in verdict.why.engineer


@pytest.mark.req("C10", "K3")
def test_retry_after_in_seconds_and_as_a_date():
    assert REFUSALS.verdict(answer(429, headers={"retry-after": "7"}), costly=True).after == 7.0
    dates = {"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}
    assert REFUSALS.verdict(answer(503, headers=dates), costly=False).after == 30.0
    assert REFUSALS.verdict(answer(503, headers={"retry-after": "soon"}), costly=False).after is None


def test_answers_that_are_no_json_still_explain_themselves():
    verdict = REFUSALS.verdict(HttpResponse(502, {}, b"<html>bad gateway\xff"), costly=True)
    assert isinstance(verdict, InDoubt)
    assert "bad gateway" in verdict.why.engineer


@pytest.mark.req("C1", "C2", "C3", "C11")
async def test_from_rates_to_void(world, commands):
    rated = await world.send(commands.rates())
    (fact,) = rated.facts
    assert isinstance(fact.body, RatesQuoted)
    assert fact.subject == "do:odoo:16"
    quote = fact.body.quote
    assert {rate.carrier for rate in quote.rates} == {"USPS", "UPSDAP"}
    bought = await world.send(commands.buy(quote))
    assert isinstance(bought, Done)
    booking = bought.facts[0].body.booking
    assert isinstance(bought.facts[0].body, ShipmentBooked)
    assert bought.facts[0].binds == (
        Reference("tracking_number", booking.tracking_number),
        Reference("booking_reference", booking.shipment_id, "easypost"),
    )
    assert booking.cost == quote.rates[0].price
    label = (await world.send(commands.fetch(booking))).facts[0].body
    assert isinstance(label, LabelReceived)
    assert world.shelf.kept[label.document.sha256].startswith(b"%PDF")
    assert label.document.name == f"{booking.tracking_number}.pdf"
    assert world.sim.live_labels() == {"do:odoo:16/P1": [booking.tracking_number]}
    voided = await world.send(commands.void(booking))
    assert isinstance(voided.facts[0].body, ShipmentVoided)
    assert world.sim.live_labels() == {}
    again = await world.send(commands.void(booking))
    assert isinstance(again, AlreadyDone)
    assert len(world.sim.ledger.of("label.voided")) == 1


@pytest.mark.req("C4")
async def test_a_lost_answer_to_a_purchase_is_settled_by_asking(world, commands):
    quote = await world.rated()
    world.faults.add(Rule(Effect(lost_answer=True), BUY))
    assert isinstance(await world.send(commands.buy(quote)), InDoubt)
    settled = await world.settle(commands.buy(quote))
    assert isinstance(settled, Done)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_purchase_that_never_arrived_is_tried_again(world, commands):
    quote = await world.rated()
    world.faults.add(Rule(Effect(drop=True), BUY, When(nth=1)))
    assert isinstance(await world.send(commands.buy(quote)), InDoubt)
    assert isinstance(await world.settle(commands.buy(quote)), Retry)
    assert isinstance(await world.send(commands.buy(quote)), Done)


@pytest.mark.req("C4")
async def test_a_second_purchase_gives_the_facts_of_the_first(world, commands):
    quote = await world.rated()
    first = await world.send(commands.buy(quote))
    second = await world.send(commands.buy(quote, 1))
    assert isinstance(second, AlreadyDone)
    assert second.facts == first.facts
    assert len(world.sim.ledger.of("label.bought")) == 1
    assert len(world.sim.ledger.of("label.refused")) == 1


@pytest.mark.req("C4")
async def test_a_duplicated_purchase_buys_one_label(world, commands):
    quote = await world.rated()
    world.faults.add(Rule(Effect(duplicate=True), BUY))
    assert isinstance(await world.send(commands.buy(quote)), AlreadyDone)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_carrier_that_sold_and_did_not_answer(world, commands):
    quote = await world.rated()
    order = {"status": 422, "code": "SHIPMENT.POSTAGE.NO_RESPONSE", "path": ".*/buy", "carry_out": True}
    world.sim.control("script", order, world.clock.now())
    assert isinstance(await world.send(commands.buy(quote)), InDoubt)
    assert isinstance(await world.settle(commands.buy(quote)), Done)


@pytest.mark.req("C4", "C11")
async def test_doubt_survives_every_reason_why_nobody_can_be_asked(world, commands):
    booking = await world.bought()
    for effect in (Effect(unreachable=True), Effect(drop=True), Effect(status=401), Effect(status=429)):
        world.faults.replace([Rule(effect)])
        assert isinstance(await world.settle(commands.void(booking)), InDoubt)
    world.faults.replace(())
    assert isinstance(await world.settle(commands.void(booking)), Retry)


@pytest.mark.req("C4")
async def test_what_is_free_is_done_again(world, commands):
    booking = await world.bought()
    assert isinstance(await world.settle(commands.rates()), Retry)
    assert isinstance(await world.settle(commands.fetch(booking)), Retry)


@pytest.mark.req("C11")
async def test_a_scanned_parcel_cannot_be_voided(world, commands):
    booking = await world.bought()
    world.sim.control("advance", {"tracking_code": booking.tracking_number}, world.clock.now())
    assert isinstance(await world.send(commands.void(booking)), Park)


@pytest.mark.req("K3", "K6")
async def test_unreachable_late_and_throttled(world, commands):
    world.faults.replace([Rule(Effect(unreachable=True))])
    verdict = await world.send(commands.rates())
    assert (type(verdict), verdict.error_class) == (Retry, ErrorClass.UNREACHABLE)
    world.faults.replace([Rule(Effect(latency=99.0))])
    verdict = await world.send(commands.rates())
    assert (type(verdict), verdict.error_class) == (Retry, ErrorClass.TIMEOUT)
    world.faults.replace([Rule(Effect(status=429, retry_after=11))])
    verdict = await world.send(commands.rates())
    assert (verdict.error_class, verdict.after) == (ErrorClass.THROTTLED, 11.0)


@pytest.mark.req("N3")
async def test_a_label_is_fetched_from_allowed_hosts_only_and_without_our_key(make_world, commands):
    world = make_world(label_hosts=("files.example",))
    booking = await world.bought()
    assert isinstance(await world.send(commands.fetch(booking)), Park)


@pytest.mark.req("M4")
async def test_a_missing_key_is_a_credential_matter(world, commands):
    del world.vault.values["KEY"]
    assert isinstance(await world.send(commands.rates()), Reauthenticate)


@pytest.mark.req("M7")
async def test_a_shipment_of_the_wrong_mode_is_parked(make_world, commands):
    assert isinstance(await make_world(mode="production").send(commands.rates()), Park)


@pytest.mark.req("C9")
async def test_no_offer_is_a_quote_without_rates(world):
    for carrier in ("USPS", "UPSDAP"):
        world.sim.control("carrier_down", {"carrier": carrier, "message": "maintenance"}, world.clock.now())
    quote = await world.rated()
    assert quote.rates == ()
    assert "USPS: maintenance" in quote.messages


@pytest.mark.req("J2", "J4", "E14")
async def test_polling_gives_only_what_changed(world):
    booking = await world.bought()
    await world.clock.sleep(3600)
    page = await world.connector.fetch("trackers", "")
    assert isinstance(page, Page)
    translation = world.connector.translate(Received("trackers", page.body, {}, world.clock.now()))
    assert len(translation.facts) == 2
    idle = await world.connector.fetch("trackers", page.cursor)
    assert idle.body == b""
    world.sim.control("finish", {"tracking_code": booking.tracking_number}, world.clock.now())
    changed = await world.connector.fetch("trackers", idle.cursor)
    facts = world.connector.translate(Received("trackers", changed.body, {}, 0)).facts
    assert facts[-1].body.proof.signed_by == "ODALYS BRANDT"


@pytest.mark.req("J2")
async def test_polling_walks_all_pages(world):
    for _ in range(103):
        await world.bought()
    first = await world.connector.fetch("trackers", "")
    assert first.more
    second = await world.connector.fetch("trackers", first.cursor)
    assert not second.more
    facts = [
        fact for page in (first, second) for fact in world.connector.translate(Received("t", page.body, {}, 0)).facts
    ]
    assert len({fact.lookups for fact in facts}) == 103


async def test_check_names_mode_and_webhooks(world, make_world):
    lines = await world.connector.check()
    assert "the API key is a test key" in lines
    assert any("https://hub.example/in/easypost/events (on)" in line for line in lines)
    with pytest.raises(PermissionError):
        await make_world(mode="production").connector.check()
    world.faults.replace([Rule(Effect(status=401))])
    with pytest.raises(PermissionError):
        await world.connector.check()


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("EZAK0123", "the API key is a production key"),
        ("0123456789", "the API key is of an unknown kind: it begins with neither EZTK (test) nor EZAK (production)"),
    ],
)
async def test_check_says_what_kind_of_key_it_is(world, key, line):
    world.vault.values["KEY"] = key
    assert line in await world.connector.check()


def test_every_setting_is_explained():
    import msgspec  # noqa: PLC0415 - only here

    fields = msgspec.json.schema(EasyPostConfig)["$defs"]["EasyPostConfig"]["properties"]
    assert all(field["description"] and field["examples"] for field in fields.values())
