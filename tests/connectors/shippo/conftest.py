"""A Shippo connector on an in-process simulator, and the world around it."""

import hashlib
from decimal import Decimal

import pytest

from crossdock.connectors.shippo.config import ShippoConfig
from crossdock.connectors.shippo.simulator import SIMULATOR
from crossdock.connectors.shippo.spec import SPEC
from crossdock.model.commands import BuyLabel, FetchLabel, RequestRates, VoidLabel
from crossdock.model.order import Package
from crossdock.model.party import Address, Party
from crossdock.model.shipment import Consignment
from crossdock.model.units import Measure
from crossdock.ports.connector import Command
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller

HOOK = "https://hub.example/in/shippo/events"
SIZE = Measure(Decimal(20), "CMT")


class Vault:
    def __init__(self, **values):
        self.values = values

    def reveal(self, reference):
        name = reference.rpartition("/")[2]
        if name not in self.values:
            raise UnknownSecret(reference)
        return self.values[name]


class Shelf:
    def __init__(self):
        self.kept = {}

    async def get(self, sha256):
        return self.kept[sha256]

    async def put(self, data, _media_type, _kind):
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[sha256] = data
        return sha256


class World:
    def __init__(self, **config):
        self.clock = VirtualClock(1_795_000_000_000_000)
        self.sim = SIMULATOR.build({"seed": "1", "webhook_url": HOOK, "webhook_secret": "s3cret"})
        self.caller = InProcessCaller(self.clock, [self.sim])
        self.vault = Vault(TOKEN="shippo_test_abc", HOOK="s3cret", OLD="older", URL="123abc")
        self.shelf = Shelf()
        settings = {"webhook_secrets": ("secret://env/OLD", "secret://env/HOOK")} | config
        self.config = ShippoConfig(api_token="secret://env/TOKEN", **settings)
        self.connector = SPEC.build(Surroundings("shippo", self.config, self.caller, self.clock, self.vault))
        self.faults = self.caller.faults_of("api.goshippo.com")

    def command(self, body, attempt=1):
        return Command("key", "shippo", "do:odoo:16", body, "0" * 32, attempt)

    async def send(self, body):
        return await self.connector.send(self.command(body), self.shelf)

    async def settle(self, body):
        return await self.connector.settle(self.command(body, 2), self.shelf)

    async def rated(self):
        return (await self.send(rates_command())).facts[0].body.quote

    async def bought(self, index=0):
        quote = await self.rated()
        return (await self.send(buy_command(quote, index))).facts[0].body.booking


def consignment(**changes):
    sender = Party("Dock 4", Address(("2210 Quarry Bend Rd", "Building C"), "Duluth", "MN", "55802", "US"))
    receiver = Party("Odalys Brandt", Address(("48 Larkspur Ct",), "Asheville", "NC", "28801", "US"))
    package = Package("P1", Measure(Decimal("1.5"), "KGM"), length=SIZE, width=SIZE, height=SIZE)
    parts = {
        "reference": "do:odoo:16/P1",
        "order_id": "do:odoo:16",
        "order_name": "WH/OUT/00016",
        "package": package,
        "ship_from": sender,
        "ship_to": receiver,
    }
    return Consignment(**(parts | changes))


def rates_command(**changes):
    return RequestRates(consignment(**changes))


def buy_command(quote, index=0, **changes):
    rate = quote.rates[index]
    return BuyLabel(consignment(**changes), quote.shipment_id, rate.id, rate.carrier, rate.service)


def fetch_command(booking):
    number, url = booking.tracking_number, booking.label_url
    return FetchLabel(booking.package_id, booking.shipment_id, number, url, booking.label_media_type)


def void_command(booking):
    return VoidLabel(booking.package_id, booking.shipment_id, booking.tracking_number)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def make_world():
    return World


@pytest.fixture
def commands():
    class Commands:
        rates = staticmethod(rates_command)
        buy = staticmethod(buy_command)
        fetch = staticmethod(fetch_command)
        void = staticmethod(void_command)

    return Commands
