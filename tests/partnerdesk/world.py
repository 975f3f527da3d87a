"""The desk over a real hub: a 3PL that finds its orders here, another 3PL, and a carrier that sends CSV."""

import re
import sqlite3
from decimal import Decimal
from pathlib import Path

import httpx
import msgspec

from crossdock import bootstrap
from crossdock.api.server import Doors
from crossdock.cli.serve_desk import desk_pages, invitation
from crossdock.model import events as ev
from crossdock.model.identifiers import digest
from crossdock.model.instants import from_epoch_us
from crossdock.model.item import Item
from crossdock.model.names import names_of
from crossdock.model.shipment import Booking
from crossdock.model.transfers import MovedLine
from crossdock.model.warehouse import AnnounceInbound, ReleaseOrder
from crossdock.ports.stores import NewEvent
from crossdock.ports.stores_delivery import NewCommand
from orders import ANTWERP, CUSTOMER, delivery_order

CONFIG = """\
project: {name: Example House}
store: {url: "sqlite:///house.db"}
partners:
  north3pl: {connector: warehouse, config: {warehouse: WH, title: North 3PL, send: desk}}
  south3pl: {connector: warehouse, config: {warehouse: WS, title: South 3PL, send: desk}}
  acme:
    connector: generic
    config:
      title: Acme Express
      format: csv
      delimiter: ";"
      fields: {number: parcel, time: at, code: status, city: town, country: land, signed_by: pod}
      codes: {DLV: delivered, OFD: out_for_delivery, NHM: delivery_attempted recipient recipient_absent}
partner_desk:
  session_secret: secret://file/desk
  carriers: {acme: [ACME]}
  people:
    jan: {name: Jan Peeters, partner: north3pl, password: secret://file/jan}
    sue: {name: Sue South, partner: south3pl, password: secret://file/sue}
    ali: {name: Ali Driver, partner: acme, password: secret://file/ali}
    eve: {name: Eve Invited, partner: north3pl}
    short: {name: Short Word, partner: north3pl, password: secret://file/short}
"""
PASSWORDS = {"jan": "correct horse battery", "sue": "another long password", "ali": "drive safely always"}
NORTH, SOUTH, INBOUND = "do:odoo:7", "do:odoo:8", "in:odoo:3"
MINE, OTHERS = "ACME0001", "OTHER0001"


class World:
    """A hub, its doors, and ways to look beside them."""

    def __init__(self, folder, installation, store, hub):
        self.folder, self.installation, self.store, self.hub = folder, installation, store, hub
        self.app = Doors(None, _nowhere, pages=desk_pages(installation, hub, "http://desk.test"))

    def client(self, **headers):
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=headers)

    async def entered(self, name="jan"):
        client = self.client()
        answer = await client.post("/partner/enter", data={"name": name, "password": PASSWORDS[name]})
        assert answer.status_code == 303
        return client

    async def invitation(self, person):
        given = self.installation.settings.partner_desk
        return invitation(self.installation, given, self.hub.clock, person)

    def rows(self, query):
        with sqlite3.connect(self.folder / "house.db") as connection:
            return connection.execute(query).fetchall()

    async def bodies(self, subject, kind):
        await self.hub.engine.settle_all()
        events = await self.store.read(lambda tx: tx.log.of_subject(subject))
        return [each.body for each in events if isinstance(each.body, kind)]


async def _nowhere(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def opened(folder: Path) -> World:
    for name, value in {"desk": "d" * 40, "short": "tiny", **PASSWORDS}.items():
        (folder / name).write_text(value)
        (folder / name).chmod(0o600)
    (folder / "crossdock.yaml").write_text(CONFIG)
    installation, faults = bootstrap.load(folder / "crossdock.yaml")
    assert installation, faults
    store = bootstrap.open_store(installation)
    await store.migrate()
    hub = bootstrap.hub(installation, store)
    hub.engine.partitions = tuple(range(64))
    await store.run(lambda tx: _fill(tx, hub.clock.now()))
    await hub.engine.settle_all()
    return World(folder, installation, store, hub)


def _fill(tx, now):
    north = delivery_order(7, ship_to=CUSTOMER)
    south = delivery_order(8, ship_to=ANTWERP)
    for order, partner in ((north, "north3pl"), (south, "south3pl")):
        _say(tx, order.id, ev.FulfilmentRequested(order), now)
        _command(tx, partner, order.id, ReleaseOrder(order.name, order), now)
    line = MovedLine(Item("LAMP-2", "Lamp"), Decimal(40), line_id="77")
    _command(tx, "north3pl", INBOUND, AnnounceInbound("WH/IN/00003", (line,), "WH/IN/00003"), now)
    booking = Booking("easypost", "P1", "shp_1", MINE, "ACME", "Standard")
    other = Booking("easypost", "P1", "shp_2", OTHERS, "DHL", "Standard")
    _say(tx, NORTH, ev.ShipmentBooked(booking), now)
    _say(tx, SOUTH, ev.ShipmentBooked(other), now)


def _say(tx, subject, body, now):
    tx.references.bind((name, subject) for name in names_of(body, "odoo"))
    fact = ev.Fact(body, from_epoch_us(now), subject=subject)
    tx.log.append([NewEvent(fact.key(subject), subject, fact, now, "odoo", "", "0" * 32)], now)


def _command(tx, partner, subject, body, now):
    tag = str(body.__struct_config__.tag)
    name = digest(partner, subject, tag)[:26]
    command = NewCommand(
        name, digest(name), partner, subject, tag, msgspec.json.encode(body), 50, now, now, "0" * 32, ""
    )
    tx.lanes.enqueue([command])


def field_in(text: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', text).group(1)


def hidden_in(text: str) -> dict[str, str]:
    """The hidden fields of the form in the middle of a page."""
    main = text.split("<main", 1)[1]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', main))
