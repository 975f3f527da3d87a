"""A Sendcloud connector on an in-process simulator, and the world around it."""

import hashlib
from decimal import Decimal

import pytest

from crossdock.connectors.sendcloud.config import SendcloudConfig
from crossdock.connectors.sendcloud.simulator import SIMULATOR
from crossdock.connectors.sendcloud.spec import SPEC
from crossdock.model.commands import BuyLabel, FetchLabel, RequestRates, SchedulePickup, VoidLabel
from crossdock.model.instants import Stamp
from crossdock.model.order import Package
from crossdock.model.party import Address, Party
from crossdock.model.shipment import BookedShipment, Consignment, PickupWindow
from crossdock.model.units import Measure
from crossdock.ports.connector import Command
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller

HOST = "panel.sendcloud.sc"
SENDER = Party(
    "Dock 4",
    Address(("Havenkade 12", "Hal C"), "Breda", "", "4811 AA", "NL"),
    "Noorderlamp",
    "+31201234567",
    "d@example.nl",
)
RECEIVER = Party("Odile Brandt", Address(("Lerchenweg 8",), "Bremen", "", "28195", "DE"), "", "+494211234")


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
    """One account; ``options`` are the simulator's, everything else is configuration."""

    def __init__(self, options=(), **config):
        self.clock = VirtualClock(1_795_000_000_000_000)
        hook = {"webhook_url": "https://hub.example/in/sendcloud/events", "webhook_secret": "s3cret"}
        self.sim = SIMULATOR.build({"seed": "1", "keys": "pub:sec", **hook, **dict(options)})
        self.caller = InProcessCaller(self.clock, [self.sim])
        self.vault = Vault(PUBLIC="pub", SECRET="sec", HOOK="s3cret", OLD="older")
        self.shelf = Shelf()
        settings = {"webhook_secrets": ("secret://env/OLD", "secret://env/HOOK"), "address_carrier": "postnl"} | config
        self.config = SendcloudConfig("secret://env/PUBLIC", "secret://env/SECRET", **settings)
        surroundings = Surroundings("sendcloud", self.config, self.caller, self.clock, self.vault)
        self.connector = SPEC.build(surroundings)
        self.faults = self.caller.faults_of(HOST)

    def command(self, body, attempt=1):
        return Command("key", "sendcloud", "do:odoo:16", body, "0" * 32, attempt)

    async def send(self, body):
        return await self.connector.send(self.command(body), self.shelf)

    async def settle(self, body):
        return await self.connector.settle(self.command(body, 2), self.shelf)

    def control(self, action, **arguments):
        return self.sim.control(action, arguments, self.clock.now())

    async def rated(self, **changes):
        return (await self.send(RequestRates(goods(**changes)))).facts[0].body.quote

    async def bought(self, **changes):
        quote = await self.rated(**changes)
        return (await self.send(buying(quote, **changes))).facts[0].body.booking


def goods(**changes):
    parts = {
        "reference": "do:odoo:16/P1",
        "order_id": "do:odoo:16",
        "order_name": "WH/OUT/00016",
        "package": Package("P1", Measure(Decimal("1.5"), "KGM")),
        "ship_from": SENDER,
        "ship_to": RECEIVER,
    }
    return Consignment(**(parts | changes))


def returning(**changes):
    return {"is_return": True, "ship_from": RECEIVER, "ship_to": SENDER} | changes


def buying(quote, index=0, **changes):
    rate = quote.rates[index]
    return BuyLabel(goods(**changes), quote.shipment_id, rate.id, rate.carrier, rate.service)


def fetching(booking):
    number, url = booking.tracking_number, booking.label_url
    return FetchLabel(booking.package_id, booking.shipment_id, number, url, booking.label_media_type)


def voiding(booking):
    return VoidLabel(booking.package_id, booking.shipment_id, booking.tracking_number)


def collecting(**changes):
    window = PickupWindow(Stamp("2026-11-23T13:00:00+01:00"), Stamp("2026-11-23T17:00:00+01:00"))
    parts = {
        "reference": "pk-1",
        "ship_from": SENDER,
        "window": window,
        "shipments": (BookedShipment("s", "3S1"),),
        "weight": Measure(Decimal("2.5"), "KGM"),
        "carrier": "dpd",
        "instructions": "Ring",
    }
    return SchedulePickup(**(parts | changes))


@pytest.fixture
def world():
    return World()


@pytest.fixture
def make_world():
    return World


@pytest.fixture
def say():
    """The commands, by what they do."""

    class Say:
        goods = staticmethod(goods)
        returning = staticmethod(returning)
        buy = staticmethod(buying)
        fetch = staticmethod(fetching)
        void = staticmethod(voiding)
        collect = staticmethod(collecting)
        sender = SENDER
        receiver = RECEIVER

    return Say
