"""The tracking page over a seeded SQLite store: an order under way over borders, one delivered, one that failed."""

import re
import sqlite3
import struct
import zlib
from decimal import Decimal
from pathlib import Path

import httpx
from msgspec import structs

from crossdock.backbone.documents import StoredDocuments
from crossdock.model import events as ev
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.order import OrderLine
from crossdock.model.party import Address, Party
from crossdock.model.shipment import Booking, Document
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.notices.tracking_links import DAY, TrackingLink, hidden, sign
from crossdock.ports.stores_delivery import Blob
from crossdock.storage.opening import open_store
from crossdock.trackpage.app import build
from crossdock.trackpage.context import Context, Look, Offer
from orders import delivery_order
from views.seeding import NOW, FixedClock, Teller

SECRET = "a tracking secret of more than 32 characters"
ADA = Party(
    "Ada Lovelace", Address(("Rue Haute 12",), "Liège", "", "4000", "BE"), email="ada@example.com", language="fr"
)
BOB = Party("Bob Builder", Address(("Kerkstraat 1",), "Utrecht", "", "3511 AB", "NL"), email="bob@example.org")
UNDERWAY, DELIVERED, FAILED, MANY, MANY_TOO = (f"do:odoo:{number}" for number in (21, 22, 23, 24, 25))
SHOP = "Example Shop"


def picture() -> bytes:
    """A small PNG: a grey door with a brown parcel before it."""
    width, height = 240, 160

    def pixel(x, y):
        if 70 < x < 170 and 90 < y < 150:
            return b"\xb0\x80\x50"
        return b"\x60\x70\x78" if 40 < x < 200 and y > 15 else b"\xd8\xd8\xd4"

    raw = b"".join(b"\x00" + b"".join(pixel(x, y) for x in range(width)) for y in range(height))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(raw)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


PICTURE = picture()
PICTURE_HASH = "ab" * 32


def told(teller, number, *scans, eta=None, carrier="PostNL"):
    """Scans as (milestone, when, city, country, category)."""
    for milestone, when, city, country, *rest in scans:
        category = rest[0] if rest else "none"
        place = Address((), city, "", "", country)
        scan = TrackingEvent(
            "easypost", number, milestone, stamp(when), category, raw_code="X", raw_text="internal remark 4711",
            place=place, carrier=carrier, eta=eta,
        )  # fmt: skip
        teller.say(ev.TrackingReported(scan), "easypost", occurred=scan.occurred)


def order_line(number, sku, name, quantity):
    return OrderLine(number, Item(sku, name), Decimal(quantity))


def started(tx, number, name, to, parcels, *, lines=(), customer_order="", deliver_by=None):
    subject = f"do:odoo:{number}"
    teller = Teller(tx, subject, NOW - 5 * DAY + number)
    plain = delivery_order(number, ship_to=to)
    order = structs.replace(
        plain, sales_order=name, sales_order_id=f"{to.name}/{name}", customer_order=customer_order,
        deliver_by=deliver_by, lines=lines or plain.lines,
    )  # fmt: skip
    teller.say(ev.FulfilmentRequested(order), "odoo")
    for index, (tracking, carrier) in enumerate(parcels, 1):
        booking = Booking("easypost", f"P{index}", f"shp_{number}_{index}", tracking, carrier, "Standard")
        teller.say(ev.ShipmentBooked(booking), "easypost")
    return teller


def fill(tx):
    """All of it. It is 2026-11-21, 13:00 UTC."""
    going = started(tx, 21, "SO1021", ADA, [("3SABCD1021", "PostNL")], deliver_by=stamp("2026-11-20"))
    told(
        going, "3SABCD1021",
        ("info_received", "2026-11-17T16:20:00+01:00", "Madrid", "ES"),
        ("picked_up", "2026-11-18T10:05:00+01:00", "Madrid", "ES"),
        ("departed_facility", "2026-11-18T22:40:00+01:00", "Madrid", "ES"),
        ("arrived_at_facility", "2026-11-20T06:12:00Z", "Paris", "FR"),
        ("delayed", "2026-11-20T07:30:00Z", "Paris", "FR", "delay_external"),
        ("arrived_at_destination_facility", "2026-11-21T05:55:00Z", "Brussels", "BE"),
        ("out_for_delivery", "2026-11-21T08:14:00+01:00", "Brussels", "BE"),
        eta=stamp("2026-11-21T15:00:00+01:00"),
    )  # fmt: skip
    going.end("shipped")
    done = started(
        tx,
        22,
        "SO1022",
        BOB,
        [("3SABCD1022", "DHL")],
        lines=(order_line("10", "MUG-1", "Stoneware mug, blue", 2), order_line("11", "TEA-9", "Assam tea 250 g", 1)),
    )
    told(
        done, "3SABCD1022",
        ("picked_up", "2026-11-18T10:05:00+01:00", "Berlin", "DE"),
        ("out_for_delivery", "2026-11-19T08:14:00+01:00", "Utrecht", "NL"),
        ("delivered", "2026-11-19T11:32:00+01:00", "Utrecht", "NL"),
        carrier="DHL",
    )  # fmt: skip
    tx.blobs.put(Blob(PICTURE_HASH, "image/png", "proof_of_delivery", len(PICTURE), NOW, PICTURE))
    document = Document(PICTURE_HASH, "image/png", "pod.png", len(PICTURE), "proof_of_delivery")
    proof = ProofOfDelivery(
        "easypost", "3SABCD1022", stamp("2026-11-19T11:32:00+01:00"), "B. BUILDER", document=document
    )
    done.say(ev.ProofCaptured(proof), "easypost")
    done.end("delivered")
    failed = started(tx, 23, "SO1023", BOB, [("3SABCD1023", "GLS")])
    told(
        failed, "3SABCD1023",
        ("picked_up", "2026-11-18T10:05:00+01:00", "Berlin", "DE"),
        ("out_for_delivery", "2026-11-20T08:14:00+01:00", "Amsterdam", "NL"),
        ("delivery_attempted", "2026-11-20T13:40:00+01:00", "Amsterdam", "NL", "recipient"),
        ("out_for_delivery", "2026-11-21T08:10:00+01:00", "Amsterdam", "NL"),
        ("delivery_attempted", "2026-11-21T12:05:00+01:00", "Amsterdam", "NL", "recipient"),
        carrier="GLS",
    )  # fmt: skip
    failed.end("shipped")
    several(tx)


def several(tx):
    """One order in two deliveries and three parcels; and a stranger's order with the same number."""
    first = started(tx, 24, "SO1024", BOB, [("3SMANY0001", "GLS"), ("3SMANY0002", "GLS")])
    told(
        first,
        "3SMANY0001",
        ("picked_up", "2026-11-19T10:05:00+01:00", "Berlin", "DE"),
        ("delivered", "2026-11-20T10:05:00+01:00", "Utrecht", "NL"),
        carrier="GLS",
    )
    told(
        first,
        "3SMANY0002",
        ("picked_up", "2026-11-19T10:05:00+01:00", "Berlin", "DE"),
        ("in_transit", "2026-11-21T02:05:00+01:00", "Hannover", "DE"),
        carrier="GLS",
        eta=stamp("2026-11-23"),
    )
    first.end("shipped")
    second = started(tx, 25, "SO1024", BOB, [("3SMANY0003", "DHL")])
    told(second, "3SMANY0003", ("picked_up", "2026-11-21T09:05:00+01:00", "Berlin", "DE"), carrier="DHL")
    second.end("shipped")
    stranger = started(tx, 26, "SO1024", ADA, [("3SOTHER0001", "DHL")])
    told(stranger, "3SOTHER0001", ("picked_up", "2026-11-21T09:05:00+01:00", "Rome", "IT"), carrier="DHL")
    stranger.end("shipped")


class Outbox:
    """Takes mails instead of a server."""

    def __init__(self):
        self.mails = []
        self.down = False

    async def __call__(self, recipient, language, subject, text):
        if not self.down:
            self.mails.append((recipient, language, subject, text))
        return not self.down


class Preferences:
    """Addresses as hashes and links, as `crossdock serve` makes them."""

    def recipient(self, address):
        return hidden(SECRET, "recipient", address)[:32]

    def unsubscribe(self, address, subject):
        return f"/unsubscribe/mail?t={self.recipient(address)}"


class World:
    """Store, app and mails of one test. ``here`` is set where time passes by itself."""

    def __init__(self, store, offer=None, look=None, outlines=None, languages=("ar", "de", "en", "es", "fr", "nl")):
        self.store = store
        self.clock = FixedClock(NOW + 3600 * 1_000_000)
        self.mails = Outbox()
        self.offer = offer or Offer(
            quiet=("21:00", "08:00"), carrier_links={"PostNL": "https://postnl.example/t/{tracking_number}"}
        )
        self.app = build(
            Context(
                store=store,
                clock=self.clock,
                documents=StoredDocuments(store, self.clock),
                secrets=(SECRET, "an earlier secret of more than 32 characters"),
                look=look or Look(SHOP, email="service@shop.example", phone="+32 2 555 01 00"),
                offer=self.offer,
                languages=languages,
                mail=self.mails,
                preferences=Preferences(),
                outlines=outlines,
            )
        )

    def rows(self, query):
        """What stands in the file, read beside the store."""
        with sqlite3.connect(self.file) as connection:
            return connection.execute(query).fetchall()

    def client(self, **headers):
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://track.test", headers=headers)

    def link(self, subject, life=60 * DAY, secret=SECRET):
        return f"/track/{sign(secret, TrackingLink(subject, self.clock.now() + life))}"


async def opened(folder: Path, seed=fill, **given) -> World:
    store = open_store(f"sqlite:///{folder / 'crossdock.db'}", folder=folder)
    await store.migrate()
    await store.run(seed)
    made = World(store, **given)
    made.file = folder / "crossdock.db"
    return made


def form_in(text: str) -> str:
    return re.search(r'name="form" value="([^"]+)"', text).group(1)
