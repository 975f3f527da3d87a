"""A carrier through karrio: guarded, killed when it hangs, never asked to sell twice."""

import hashlib
import os
import sys
from decimal import Decimal
from typing import ClassVar

import pytest

from crossdock.connectors.karrio.config import KarrioConfig
from crossdock.connectors.karrio.simulator import stand_in
from crossdock.connectors.karrio.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.devkit.specimen import NoNetwork, StillClock
from crossdock.model.commands import BuyLabel, RequestRates, RequestTracking, VoidLabel
from crossdock.model.order import Package
from crossdock.model.party import Address, Party
from crossdock.model.shipment import Consignment
from crossdock.model.units import Measure
from crossdock.ports.connector import Command
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Done, InDoubt, Park, Retry

REAL = os.environ.get("CROSSDOCK_KARRIO_PYTHON", "")
TRACKER = (
    b'{"tracking_number": "ACME1", "carrier_name": "acme", "events": [{"date": "2026-03-02", "time": "09:41 PM",'
    b' "timestamp": "2026-03-02T09:41:00.000Z", "description": "Out for delivery", "status": "out_for_delivery"}]}'
)


class TestKarrio(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [TRACKER]}


class Shelf:
    def __init__(self):
        self.kept = {}

    async def put(self, data, media_type, kind):
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[sha256] = (data, media_type, kind)
        return sha256


class Vault:
    def reveal(self, reference):
        return f"value of {reference}"


@pytest.fixture
async def world(tmp_path):
    """A connector whose interpreter runs the worker on the stand-in; its carrier behaves as it is told."""
    interpreter = tmp_path / "interpreter"
    interpreter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{stand_in.__file__}" "$@"\n')
    interpreter.chmod(0o755)
    ledger = tmp_path / "ledger"
    made = []

    def make(behaviour="obliging", python=str(interpreter), seconds=5.0):
        settings = {"behaviour": behaviour, "ledger": str(ledger)}
        config = KarrioConfig("acme", ("127.0.0.1",), {"key": "secret://env/KEY"}, settings, "test", python, seconds)
        connector = SPEC.build(Surroundings("acme", config, NoNetwork(), StillClock(), Vault()))
        made.append(connector)
        return connector

    make.ledger = lambda: ledger.read_text().splitlines() if ledger.exists() else []
    yield make
    for each in made:
        await each._process.stop()


def goods():
    place = Party("Dock 4", Address(("1 Dock Rd",), "Gent", "", "9000", "BE"))
    return Consignment(
        "do:odoo:16/P1", "do:odoo:16", "WH/OUT/16", Package("P1", Measure(Decimal(2), "KGM")), place, place
    )


def buying():
    return Command("k", "acme", "do:odoo:16", BuyLabel(goods(), "do:odoo:16/P1", "slow", "acme", "slow"), "0" * 32)


async def sent(connector, body):
    return await connector.send(Command("k", "acme", "do:odoo:16", body, "0" * 32), Shelf())


@pytest.mark.req("C1", "C2", "C3", "C11", "C13")
async def test_rates_label_void_and_tracking_go_through_the_worker(world):
    connector, shelf = world(), Shelf()
    [rates] = (await sent(connector, RequestRates(goods()))).facts
    assert [(rate.id, rate.price.amount) for rate in rates.body.quote.rates] == [("slow", 550), ("fast", 1125)]
    booked, label = (await connector.send(buying(), shelf)).facts
    assert booked.body.booking.shipment_id == "id-do:odoo:16/P1"
    assert shelf.kept[label.body.document.sha256] == (b"%PDF-1.4 stand-in", "application/pdf", "label")
    assert isinstance(await sent(connector, VoidLabel("P1", "id-do:odoo:16/P1", "ACME13")), Done)
    [scan] = (await sent(connector, RequestTracking("ACME13"))).facts
    assert (scan.body.event.milestone, scan.body.event.occurred.at) == ("delivered", "2026-03-02T09:41:00")
    assert world.ledger() == ["bought do:odoo:16/P1", "voided id-do:odoo:16/P1"]


@pytest.mark.req("C4")
@pytest.mark.parametrize("behaviour", ["hanging", "dying", "garbling"])
async def test_a_purchase_nobody_knows_the_end_of_is_in_doubt_and_goes_to_a_person(world, behaviour):
    connector = world(behaviour, seconds=2.0)
    assert isinstance(await connector.send(buying(), Shelf()), InDoubt)
    settled = await connector.settle(buying(), Shelf())
    assert isinstance(settled, Park)
    assert "do:odoo:16/P1" in settled.why.engineer
    assert len(world.ledger()) == 1


async def test_after_a_worker_died_the_next_call_starts_a_new_one(world):
    connector = world("dying")
    assert isinstance(await sent(connector, RequestRates(goods())), Retry)
    assert isinstance(await sent(connector, RequestRates(goods())), Retry)


async def test_a_refusal_is_the_carriers_word_and_no_doubt(world):
    verdict = await world("refusing").send(buying(), Shelf())
    assert isinstance(verdict, Park)
    assert "no such service" in verdict.why.engineer


@pytest.mark.req("M8")
async def test_the_hazards_are_guarded_in_the_worker(world):
    verdict = await sent(world("probing"), RequestTracking("1"))
    assert isinstance(verdict, Park)
    told = verdict.why.engineer
    assert "verify=CERT_REQUIRED" in told
    assert "sentry=kept out" in told
    assert "timeout=5.0" in told
    assert "egress to 'labels.example.org' is not allowed" in told


async def test_an_interpreter_without_karrio_is_said_so(world, tmp_path):
    verdict = await sent(world(python=str(tmp_path / "none")), RequestRates(goods()))
    assert isinstance(verdict, Park)
    assert "use-karrio" in verdict.why.operator


@pytest.mark.skipif(not REAL, reason="CROSSDOCK_KARRIO_PYTHON names no interpreter with karrio")
async def test_karrio_itself_starts_behind_the_guards_and_reaches_no_foreign_host():
    settings = {"username": "x", "password": "x", "customer_number": "1"}
    config = KarrioConfig("canadapost", ("127.0.0.1",), {}, settings, "test", REAL, 30.0)
    connector = SPEC.build(Surroundings("acme", config, NoNetwork(), StillClock(), Vault()))
    try:
        verdict = await connector.send(buying(), Shelf())
    finally:
        await connector._process.stop()
    assert isinstance(verdict, InDoubt | Park)
