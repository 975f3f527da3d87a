"""Consignments, commands and a world with one direct carrier in it, for the tests of carriers' connectors."""

import hashlib
from decimal import Decimal

from crossdock.model.commands import (
    BuyLabel,
    CancelPickup,
    CheckAddress,
    CloseManifest,
    FetchLabel,
    RequestRates,
    RequestTracking,
    SchedulePickup,
    VoidLabel,
)
from crossdock.model.instants import stamp
from crossdock.model.money import Money
from crossdock.model.order import Package
from crossdock.model.party import Address, Party
from crossdock.model.shipment import (
    BookedShipment,
    Consignment,
    CustomsDeclaration,
    CustomsItem,
    PickupWindow,
)
from crossdock.model.units import Measure
from crossdock.ports.connector import Command
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller

BONN = Party("Dock 4", Address(("Hafenweg 12", "Tor 3"), "Bonn", "", "53113", "DE"), "Quarry Goods", "+4922855501")
LYON = Party("Odile Brandt", Address(("48 rue du Lac",), "Lyon", "", "69003", "FR"), email="odile@example.com")
KOELN = Party("Ida Kern", Address(("Deichstr. 9",), "Köln", "", "50667", "DE"))
ZURICH = Party("Urs Tobler", Address(("Seegasse 3",), "Zürich", "", "8002", "CH"))
DULUTH = Party("Dock 4", Address(("2210 Quarry Bend Rd", "Building C"), "Duluth", "MN", "55802", "US"), "Quarry Goods")
ASHEVILLE = Party("Odalys Brandt", Address(("48 Larkspur Ct",), "Asheville", "NC", "28801", "US"))
TORONTO = Party("Ann Weir", Address(("90 Pine St",), "Toronto", "ON", "M5V 2T6", "CA"), phone="+14165550100")

MONDAY = 1_795_000_000_000_000


def customs(**changes):
    socks = CustomsItem("Wool socks", Decimal(3), Money(4500, "EUR"), Measure(Decimal("0.6"), "KGM"), "61159400", "PT")
    return CustomsDeclaration((socks,), **({"invoice_number": "INV-7"} | changes))


def consignment(ship_from, ship_to, **changes):
    package = changes.pop("package", None) or Package("P1", Measure(Decimal("1.5"), "KGM"))
    reference = changes.pop("reference", "do:odoo:16/P1")
    return Consignment(reference, "do:odoo:16", "WH/OUT/00016", package, ship_from, ship_to, **changes)


def buying(goods, quote, index=0):
    rate = quote.rates[index]
    return BuyLabel(goods, quote.shipment_id, rate.id, rate.carrier, rate.service)


def fetching(booking):
    number, url = booking.tracking_number, booking.label_url
    return FetchLabel(booking.package_id, booking.shipment_id, number, url, booking.label_media_type)


def voiding(booking):
    return VoidLabel(booking.package_id, booking.shipment_id, booking.tracking_number)


def picking_up(ship_from, *bookings, reference="pu-1"):
    window = PickupWindow(stamp("2026-11-24T10:00:00"), stamp("2026-11-24T17:30:00"))
    shipments = tuple(BookedShipment(each.shipment_id, each.tracking_number) for each in bookings)
    return SchedulePickup(
        reference, ship_from, window, shipments, Measure(Decimal(3), "KGM"), instructions="ring twice"
    )


def calling_off(scheduled):
    return CancelPickup(scheduled.reference, scheduled.pickup_id, confirmation=scheduled.confirmation)


def closing(ship_from, day, *bookings):
    shipments = tuple(BookedShipment(each.shipment_id, each.tracking_number) for each in bookings)
    return CloseManifest("mf-1", ship_from, day, shipments)


def checking(party):
    return CheckAddress("adr-1", party)


def tracking(number):
    return RequestTracking(number)


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
        self.kinds = []
        self.full = False

    async def get(self, sha256):
        return self.kept[sha256]

    async def put(self, data, _media_type, kind):
        if self.full:
            raise OSError("the disk is full")
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[sha256] = data
        self.kinds.append(kind)
        return sha256


class DirectWorld:
    """One connector on an in-process simulator."""

    def __init__(self, spec, simulator, config, secrets, **options):
        self.clock = VirtualClock(MONDAY)
        self.sim = simulator.build({"seed": "1", **options})
        self.caller = InProcessCaller(self.clock, [self.sim])
        self.vault = Vault(**secrets)
        self.shelf = Shelf()
        self.spec, self.config = spec, config
        self.connector = self.another()
        self.faults = self.caller.faults_of(self.sim.hosts[0])

    def another(self):
        """A second process with the same account: nothing is remembered."""
        return self.spec.build(Surroundings(self.spec.id, self.config, self.caller, self.clock, self.vault))

    def command(self, body, attempt=1):
        return Command("key", self.spec.id, "do:odoo:16", body, "0" * 32, attempt)

    async def send(self, body, attempt=1):
        return await self.connector.send(self.command(body, attempt), self.shelf)

    async def settle(self, body):
        return await self.connector.settle(self.command(body, 2), self.shelf)

    async def quote(self, goods):
        return (await self.send(RequestRates(goods))).facts[0].body.quote

    async def bought(self, goods, index=0):
        verdict = await self.send(buying(goods, await self.quote(goods), index))
        return verdict.facts[0].body.booking
