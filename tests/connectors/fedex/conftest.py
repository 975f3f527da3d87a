"""A FedEx connector on an in-process simulator, and the world around it."""

import hashlib
from decimal import Decimal

import pytest

from crossdock.connectors.fedex.config import FedexConfig
from crossdock.connectors.fedex.simulator import SIMULATOR
from crossdock.connectors.fedex.spec import SPEC
from crossdock.model import commands as cmd
from crossdock.model.instants import Stamp
from crossdock.model.money import Money
from crossdock.model.order import Package
from crossdock.model.party import Address, Party
from crossdock.model.shipment import (
    BookedShipment,
    Consignment,
    CustomsDeclaration,
    CustomsItem,
    DangerousGoods,
    PickupWindow,
)
from crossdock.model.units import Measure
from crossdock.ports.connector import Command
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller

HOST = "apis.fedex.com"
DOCK = Party(
    "Dock 4",
    Address(("2210 Quarry Bend Rd", "Building C"), "Duluth", "MN", "55802", "US"),
    "Larch Tools",
    "+12185550100",
)
ODALYS = Party("Odalys Brandt", Address(("48 Larkspur Ct",), "Asheville", "NC", "28801", "US"), phone="+18285550123")
LUC = Party("Luc Aerts", Address(("Steenweg 12",), "Antwerpen", "", "2000", "BE"), "Aerts bv", "+3235550199")


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
        self.kinds = {}

    async def get(self, sha256):
        return self.kept[sha256]

    async def put(self, data, _media_type, kind):
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[sha256] = data
        self.kinds[sha256] = kind
        return sha256


class World:
    def __init__(self, simulator=None, **config):
        self.clock = VirtualClock(1_795_000_000_000_000)
        options = {"seed": "1", "client_id": "id", "client_secret": "s3cret", "account": "740561073"}
        hook = {"webhook_url": "https://hub.example/in/fedex/events", "webhook_token": "t0ken"}
        self.sim = SIMULATOR.build(options | hook | (simulator or {}))
        self.caller = InProcessCaller(self.clock, [self.sim])
        self.vault = Vault(ID="id", SECRET="s3cret", HOOK="t0ken", OLD="older")
        self.shelf = Shelf()
        self.config = FedexConfig(
            "740561073",
            "secret://env/ID",
            "secret://env/SECRET",
            **{"webhook_tokens": ("secret://env/OLD", "secret://env/HOOK")} | config,
        )
        self.connector = self.another()
        self.faults = self.caller.faults_of(HOST)

    def another(self):
        """A second worker's connector."""
        return SPEC.build(Surroundings("fedex", self.config, self.caller, self.clock, self.vault))

    def command(self, body, attempt=1):
        return Command("key", "fedex", "do:odoo:16", body, "0" * 32, attempt)

    async def send(self, body, attempt=1):
        return await self.connector.send(self.command(body, attempt), self.shelf)

    async def settle(self, body):
        return await self.connector.settle(self.command(body, 2), self.shelf)

    async def rated(self, **changes):
        return (await self.send(rates(**changes))).facts[0].body.quote

    async def bought(self, **changes):
        return (await self.send(buy(**changes))).facts[0].body.booking


def consignment(**changes):
    package = Package("P1", Measure(Decimal("1.5"), "KGM"))
    parts = {"package": package, "ship_from": DOCK, "ship_to": ODALYS} | changes
    return Consignment("do:odoo:16/P1", "do:odoo:16", "WH/OUT/00016", **parts)


def customs(**changes):
    lines = (
        CustomsItem(
            "Spirit level", Decimal(3), Money(2500, "USD"), Measure(Decimal("1.2"), "KGM"), "901530", "DE", "SL-3"
        ),
        CustomsItem(
            "Plumb bob", Decimal(2), Money(1800, "USD"), Measure(Decimal("0.2"), "KGM"), "901580", "DE", "PB-2"
        ),
    )
    return CustomsDeclaration(lines, **{"incoterm": "DDP", "invoice_number": "INV-7"} | changes)


def abroad(**changes):
    return {"ship_to": LUC, "customs": customs(), **changes}


def petrol(**changes):
    quantity = Measure(Decimal("0.5"), "LTR")
    return DangerousGoods(**{"un_number": "1203", "hazard_class": "3", "proper_shipping_name": "PETROL",
                             "packing_group": "II", "quantity": quantity} | changes)  # fmt: skip


def rates(**changes):
    return cmd.RequestRates(consignment(**changes))


def buy(service="FEDEX_GROUND", **changes):
    goods = consignment(**changes)
    return cmd.BuyLabel(goods, goods.reference, service, "FedEx", "FedEx Ground")


def fetch(booking, media_type=""):
    number, url = booking.tracking_number, booking.label_url
    return cmd.FetchLabel("P1", booking.shipment_id, number, url, media_type or booking.label_media_type)


def void(booking):
    return cmd.VoidLabel("P1", booking.shipment_id, booking.tracking_number)


def manifest(day="2026-11-18"):
    return cmd.CloseManifest("mf:odoo:1", DOCK, day, (BookedShipment("79", "79"),))


def pickup(reference="pu:odoo:1", service="FEDEX_GROUND"):
    window = PickupWindow(Stamp("2026-11-23T14:00:00", tz_known=False), Stamp("2026-11-23T17:30:00", tz_known=False))
    shipments = (BookedShipment("1Z", "1Z"), BookedShipment("1Y", "1Y"))
    return cmd.SchedulePickup(
        reference, DOCK, window, shipments, Measure(Decimal(4), "KGM"), service=service, instructions="ring twice"
    )


def cancel_pickup(number, reference="pu:odoo:1"):
    return cmd.CancelPickup(reference, number)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def make_world():
    return World


@pytest.fixture
def words():
    class Words:
        pass

    for each in (consignment, customs, abroad, petrol, rates, buy, fetch, void, manifest, pickup, cancel_pickup):
        setattr(Words, each.__name__, staticmethod(each))
    Words.DOCK, Words.ODALYS, Words.LUC = DOCK, ODALYS, LUC
    return Words
