"""A Crossdock for measuring: real store, real connectors, partners on loopback or none."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from benchmarks.local.messages import SECRET, tracking_number
from crossdock.backbone.breaker import Limits
from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import Hub, PartnerPlan, Sizes, World, compose, connect
from crossdock.catalog import connectors
from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.model.events import Fact, FulfilmentRequested, ShipmentBooked
from crossdock.model.identifiers import Reference, ReferenceKind, delivery_order_id, digest, trace_id_of
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.milestones import NOTEWORTHY
from crossdock.model.order import DeliveryOrder, OrderLine, Package
from crossdock.model.party import Address, Party
from crossdock.model.shipment import Booking
from crossdock.model.units import Measure
from crossdock.ports.process import Process
from crossdock.ports.stores import Store, Transaction
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.storage.opening import open_store
from crossdock.transports.machine import FreshIds, RealClock, steady_collector

_SHIP_FROM = Party("Warehouse", Address(("Dock 1",), "Memphis", "TN", "38118", "US"))


class FixedSecrets:
    """The secret the benchmark's webhooks are signed with, whatever is asked for."""

    def reveal(self, reference: str) -> str:  # noqa: ARG002 - the port
        """The secret."""
        return SECRET


async def open_world(
    url: str,
    odoo: str = "http://127.0.0.1:1",
    limits: Limits = Limits(),  # noqa: B008 - immutable
    milestones: frozenset[str] = frozenset(NOTEWORTHY),
    owner: str = "bench",
    sizes: Sizes = Sizes(),  # noqa: B008 - immutable
    processes: Sequence[Process] = (),
) -> Hub:
    """A hub on the store at ``url`` with an EasyPost and an Odoo partner; schema brought up. ``milestones`` are those
    that become commands to Odoo; without ``processes`` it is order_to_ship alone that decides.
    """
    store: Store = open_store(url)
    await store.migrate()
    specs = connectors().working()
    plans = [
        PartnerPlan(
            "easypost", specs["easypost"], EasyPostConfig("secret://env/K", webhook_secrets=("secret://env/S",))
        ),
        PartnerPlan("odoo", specs["odoo"], OdooConfig(odoo, "bench", "secret://env/O"), limits, allow_private=True),
    ]
    world = World(store, RealClock(), FreshIds(), FixedSecrets(), connect, Metrics(), Spans(), owner)
    chosen = processes or [order_to_ship(OrderToShipPolicy(("easypost",), milestones))]
    hub = compose(world, plans, chosen, sizes=sizes)
    steady_collector()  # as `crossdock serve` does
    return hub


def order(number: int) -> DeliveryOrder:
    """Order ``number``: one line, one package."""
    ship_to = Party(f"Customer {number}", Address((f"{number} Example St",), "Portland", "OR", "97201", "US"))
    line = OrderLine("1", Item(f"SKU-{number % 500}", "Widget", weight=Measure(Decimal(1), "KGM")), Decimal(2))
    return DeliveryOrder(
        id=delivery_order_id("odoo", str(number)),
        partner="odoo",
        external_id=str(number),
        name=f"WH/OUT/{number:06d}",
        sales_order=f"SO{number:06d}",
        ship_to=ship_to,
        ship_from=_SHIP_FROM,
        lines=(line,),
        packages=(Package("P1", Measure(Decimal(2), "KGM")),),
        changed_at=stamp("2026-11-01T06:00:00Z"),
    )


def seed(tx: Transaction, numbers: range, now: int, made: Callable[[int], DeliveryOrder] = order) -> None:
    """Put booked orders, as ``made``, into the log, so that their scans find them."""
    batch = []
    for number in numbers:
        each = made(number)
        tracking = Reference(ReferenceKind.TRACKING, tracking_number(number))
        booking = Booking("easypost", "P1", f"shp_{number}", tracking.value, "USPS", "Priority")
        facts = [
            Fact(FulfilmentRequested(each), each.changed_at, subject=each.id),
            Fact(ShipmentBooked(booking), each.changed_at, subject=each.id, binds=(tracking,)),
        ]
        batch.append((Origin(digest(each.id)[:26], "odoo", now, trace_id_of(each.id)), facts))
    place(tx, batch, now)
