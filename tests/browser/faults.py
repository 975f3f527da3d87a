"""One installation on simulated partners and virtual time, and twelve things that go wrong with it, each as it really
does: a partner misbehaves, and what people see is what Crossdock makes of it.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any

from msgspec import structs

from crossdock.backbone.correcting import Corrector
from crossdock.backbone.documents import StoredDocuments
from crossdock.backbone.ordering import take_in
from crossdock.bootstrap import Installation, board, installed, processes_of
from crossdock.cli.serve import _planner
from crossdock.cli.serve_partners import facts_of
from crossdock.devkit.crashing import empty_database
from crossdock.devkit.stories import steps as words
from crossdock.devkit.stories.cast import Cast, engage
from crossdock.devkit.stories.doing import Player
from crossdock.devkit.stories.evidence import Evidence
from crossdock.devkit.stories.format import Product
from crossdock.devkit.stories.theatre import Theatre
from crossdock.model.channel_orders import ChannelOrder
from crossdock.model.item import Item
from crossdock.model.money import money
from crossdock.model.party import Address, Party
from crossdock.model.sales import SalesLine
from crossdock.ports.connector import Received
from crossdock.processes.exceptions_configured import matrix
from crossdock.processes.ordering import door_of
from crossdock.settings.loading import judge
from crossdock.settings.nodes import read_text
from crossdock.sim.clock import VirtualClock
from crossdock.sim.faults import Effect, Rule
from crossdock.tower.app import build
from crossdock.tower.context import Context
from crossdock.tower.live import Live
from crossdock.tower.sessions import Sessions
from crossdock.views.kpis import RecentFigures
from crossdock.views.stuck import objectives_of
from crossdock.views.trends import Trends

SECOND = 1_000_000
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
MIDNIGHT = 1_795_392_000_000_000
"""2026-11-23, UTC."""
KEY = "KEY_OF_ALL_PARTNERS_IN_A_STORY_AND_OF_NOTHING_ELSE"
"""What stories give every partner."""
INSTALLATION = """\
partners:
  odoo: {connector: odoo, config: {feeds: [deliveries, transfers]}}
  north3pl: {connector: warehouse, sla: {arrivals: {files: {by: ["23:00"]}}}}
  post: {connector: easypost}
processes:
  order_intake: {erp: odoo}
  order_release: {warehouse: north3pl}
  order_to_ship: {erp: odoo, carriers: [post]}
  delivery_to_invoice: {when: proof}
  procure_to_receive: {warehouse: north3pl, notice_hours: 24}
  tracking_watch: {}
  expectations: {hours: {proof: 8, acknowledgement: 2}}
exceptions:
  default_queue: operations
  teams: {operations: {members: [mara]}, carriers-desk: {members: [jonas]}, integration: {members: [lea]},
          warehouse: {members: [pia]}, order-desk: {members: [ann]}, customer-service: {members: [bob]},
          finance: {members: [ida]}}
"""

HAULIER = """\
partners:
  haulier:
    connector: generic
    config:
      title: Haulier
      format: csv
      fields: {number: number, time: time}
      charges:
        currency: EUR
        fields: {number: parcel, amount: net, invoice: invoice, line: line, billed_on: date, text: what}
      signature: token
      signature_header: X-Token
      webhook_secrets: [secret://env/KEY]
"""
"""A carrier that is described in settings and sends its charges; stories have no simulator of one."""


class Stage:
    """Crossdock and its partners, with the pages people open; time passes only when it is let."""

    def __init__(self, theatre, installation, player):
        self.theatre = theatre
        self.clock = theatre.clock
        self.store = theatre.hub.store
        self.sessions = Sessions(self.clock)
        self.player = player
        self.installation = installation
        hub, settings = theatre.hub, installation.settings
        processes = {each.name: each for each in processes_of(installation)}
        self.figures = figures = board(installation)
        self.app = build(
            Context(
                store=self.store,
                clock=self.clock,
                requests=hub.requests,
                documents=StoredDocuments(self.store, self.clock),
                sessions=self.sessions,
                version="0.1.0",
                live=Live(self.store, self.clock),
                plan=_planner(hub),
                corrector=Corrector(self.store, hub.replayer, 10_000_000),
                processes=processes,
                objectives=objectives_of(settings, processes),
                matrix=matrix(settings.exceptions, settings.calendars),
                teams=frozenset({*settings.exceptions.teams, settings.exceptions.default_queue}),
                partners=facts_of(installation),
                figures=RecentFigures(figures, 60, monotonic),
                trends=Trends(figures, monotonic),
                board=figures,
            )
        )

    async def pass_by(self, hours: float) -> None:
        """Let so much time pass, and everything happen that happens meanwhile."""
        await self.theatre.until(self.clock.now() + int(hours * HOUR))
        await self.theatre.hub.engine.sweep()
        await self.theatre.rest()

    async def order(self, name: str, **given: Any) -> None:
        """A customer orders."""
        lines = given.pop("lines", {"DESK-01": 1})
        await self.player.do("order", words.PlaceOrder(name=name, lines=lines, **given))

    async def shipped(self, name: str) -> None:
        """An order from the customer to the truck, with its label."""
        await self.packed(name)
        await self.floor(name, "ship")

    async def packed(self, name: str) -> None:
        """An order from the customer to the packing table: its label is asked for."""
        await self.order(name)
        for step in ("start", "pick", "pack"):
            await self.pass_by(0.05)
            await self.floor(name, step)

    async def floor(self, order: str, does: str) -> None:
        """The warehouse does the next thing with an order."""
        await self.player.do("warehouse", words.Floor(partner="north3pl", order=order, does=does))
        await self.theatre.rest()

    async def scan(self, order: str, status: str, **more: Any) -> None:
        """The carrier scans the parcels of an order."""
        await self.player.do("parcel", words.Parcel(order=order, status=status, **more))
        await self.theatre.rest()

    async def parcel(self, order: str) -> str:
        """The tracking number of an order's parcel."""
        state = await self.theatre.read(lambda tx: (e := Evidence(tx, self.theatre.cast, {})).state(e.subject(order)))
        return next(iter(state.live_bookings().values())).tracking_number

    def simulator(self, partner: str) -> Any:
        """The simulated partner."""
        return self.theatre.cast.of(partner)

    def book(self, partner: str):
        """What goes wrong on the way to a partner."""
        return self.theatre._books[self.simulator(partner).hosts[0]]

    async def subject(self, order: str) -> str:
        return await self.theatre.read(lambda tx: Evidence(tx, self.theatre.cast, {}).subject(order))


async def staged(folder, fault: Callable[[Stage], Awaitable[None]]) -> Stage:
    """A morning with some orders that go well, and then ``fault``."""
    await empty_database(folder / "crossdock.db")
    node, _ = read_text(INSTALLATION, "crossdock.yaml")
    cast = Cast(VirtualClock(MIDNIGHT + 5 * HOUR))
    installation, faults = engage(cast, node, folder)
    assert installation is not None, faults
    installation = _with_haulier(installation, folder)

    async def look() -> None:
        """Nobody checks anything on the way."""

    theatre = Theatre(cast, folder, look)

    async def ask(question):
        return await theatre.read(lambda tx: question(Evidence(tx, cast, {})))

    player = Player(theatre, "odoo", ask)
    player.office().stock(
        {"DESK-01": Product(price=240, stock=50), "LAMP-07": Product(price=35, stock=50)}, cast.clock.now()
    )
    await theatre.start(installation)
    stage = Stage(theatre, installation, player)
    for number in range(1, 4):
        await stage.shipped(f"S100{number}")
    await fault(stage)
    return stage


def _with_haulier(installation: Installation, folder: Path) -> Installation:
    node, _ = read_text(HAULIER, "haulier.yaml")
    haulier, faults = installed(judge(node, folder, {}))
    assert haulier is not None, faults
    partners = {**installation.settings.partners, **haulier.settings.partners}
    settings = structs.replace(installation.settings, partners=partners)
    return structs.replace(installation, settings=settings, plans=(*installation.plans, *haulier.plans))


async def bad_mapping(stage: Stage) -> None:
    """The carrier begins to send a status that no mapping knows."""
    await stage.scan("S1001", "in_transit")
    scan = {"tracking_code": await stage.parcel("S1001"), "status": "unknown", "status_detail": "zn11"}
    stage.simulator("post").control("advance", scan, stage.clock.now())
    await stage.theatre.rest()


async def silent_feed(stage: Stage) -> None:
    """The warehouse's file of the evening does not come."""
    await stage.pass_by(18.5)


async def carrier_outage(stage: Stage) -> None:
    """The carrier cannot be reached while orders are packed."""
    stage.book("post").add(Rule(Effect(unreachable=True)))
    await _packed(stage)
    await stage.pass_by(0.5)


async def missing_proof(stage: Stage) -> None:
    """Delivered nine hours ago, and nobody signed."""
    await stage.scan("S1001", "in_transit")
    await stage.pass_by(1)
    await stage.scan("S1001", "delivered", signed=False)
    await stage.pass_by(9)


async def wrong_unit(stage: Stage) -> None:
    """The warehouse counts in a unit nobody has said the content of. It pushes the count and has no feed of it."""
    warehouse = stage.simulator("north3pl")
    line = {"sku": "LAMP-07", "quantity": "4", "unit": "PF"}
    warehouse._telling.tell("stock.counted", {"document": "CNT77", "lines": [line]}, stage.clock.now())
    warehouse._telling.told.pop()
    await stage.theatre.rest()


async def expired_key(stage: Stage) -> None:
    """The carrier does not know our key any more."""
    refusal = '{"error": {"code": "UNAUTHORIZED", "message": "This api key is no longer active."}}'
    stage.book("post").add(Rule(Effect(status=401, body=refusal)))
    await _packed(stage)
    await stage.pass_by(0.5)


async def duplicate_order(stage: Stage) -> None:
    """A shop sends a basket twice in one order."""
    line = SalesLine(Item("LAMP-07"), Decimal(2), price=money("35.00", "EUR"))
    buyer = Party("Ada Example", Address(("Korenmarkt 1",), "Gent", "", "9000", "BE"), email="ada@shop.example")
    order = ChannelOrder("shop", "WEB-4711", buyer, (line, line), currency="EUR")
    now = stage.clock.now()
    await stage.theatre.write(lambda tx: take_in(tx, order, "shop-client", now, door_of(stage.installation.settings)))
    await stage.pass_by(0.1)


async def stuck_process(stage: Stage) -> None:
    """The warehouse never says that it has an order."""
    stage.simulator("north3pl").control("habits", {"acknowledge": -1}, stage.clock.now())
    await stage.order("S1004")
    await stage.pass_by(3)


async def late_asn(stage: Stage) -> None:
    """A purchase arrives tomorrow, and its supplier has not said what it sent."""
    stage.player.office().buy(
        words.Purchase(name="P2001", supplier="Desk Makers", lines={"DESK-01": 10}), stage.clock.now()
    )
    odoo = stage.simulator("odoo")
    [receipt] = [row for row in odoo.database.rows["stock.picking"].values() if row.get("origin") == "P2001"]
    tomorrow = datetime.fromtimestamp((stage.clock.now() + 26 * HOUR) / SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S")
    values = {"model": "stock.picking", "ids": [receipt["id"]], "values": {"scheduled_date": tomorrow}}
    odoo.control("write", values, stage.clock.now())
    await stage.pass_by(4)


async def serialization_storm(stage: Stage) -> None:
    """Something else in Odoo holds the rows that we write, just when three orders get their labels."""
    orders = [f"S100{number}" for number in range(4, 7)]
    for order in orders:
        await stage.order(order)
        await stage.pass_by(0.05)
        for step in ("start", "pick"):
            await stage.floor(order, step)
    text = "could not serialize access due to concurrent update"
    script = {"name": "psycopg2.errors.SerializationFailure", "message": text, "times": 100_000}
    held = {**script, "model": "stock.picking", "method": "write"}
    stage.simulator("odoo").control("fail_next", held, stage.clock.now())
    for order in orders:
        await stage.floor(order, "pack")
    await stage.pass_by(0.02)


async def poison_message(stage: Stage) -> None:
    """A scan of the carrier is cut off on its way; nobody can read what is left of it."""
    post = stage.simulator("post")
    scan = {"tracking_code": await stage.parcel("S1001"), "status": "in_transit", "status_detail": "departed_facility"}
    post.control("advance", scan, stage.clock.now())
    [webhook] = post.take_webhooks(stage.clock.now())
    stage.cut = webhook.body[-40:].decode()
    body = webhook.body[:-40]
    digest = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-hmac-signature": f"hmac-sha256-hex={digest}", "content-type": "application/json"}
    message = Received("events", body, headers, stage.clock.now(), "application/json", path="/in/post/events")
    assert (await stage.theatre.hub.intake.accept("post", message)).status == 202
    await stage.theatre.rest()


async def _packed(stage: Stage) -> None:
    for number in range(4, 7):
        await stage.packed(f"S100{number}")


async def unmatched_charge(stage: Stage) -> None:
    """A carrier bills three parcels, and one number of its file is mistyped in the last digit."""
    numbers = [await stage.parcel(f"S100{number}") for number in range(1, 4)]
    numbers[2] = numbers[2][:-1] + str((int(numbers[2][-1]) + 1) % 10)
    rows = [f"F-2207,{line},2026-11-22,{number},Parcel to Gent,6.{line}0" for line, number in enumerate(numbers, 1)]
    body = "\n".join(["invoice,line,date,parcel,what,net", *rows]).encode()
    message = Received("charges", body, {"x-token": "KEY"}, stage.clock.now(), "text/csv", path="/in/haulier/charges")
    assert (await stage.theatre.hub.intake.accept("haulier", message)).status == 202
    stage.mistyped = numbers[2]
    await stage.pass_by(1.1)
