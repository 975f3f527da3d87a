"""A real SMTP server on loopback, a connector that speaks to it, and a hub that tells customers by it."""

from msgspec import structs

from crossdock.backbone.customers import KnownCustomers
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import Hub, PartnerPlan, World, compose
from crossdock.connectors.mail.config import MailConfig
from crossdock.connectors.mail.connector import MailConnector
from crossdock.connectors.mail.simulator.partner import MailSimulator, SimulatorSettings
from crossdock.connectors.mail.spec import SPEC
from crossdock.model import events as ev
from crossdock.model.identifiers import Reference, ReferenceKind, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.notices import NotifyCustomer
from crossdock.model.order import DeliveryOrder
from crossdock.model.party import Address, Party
from crossdock.model.shipment import Booking
from crossdock.model.tracking import TrackingEvent
from crossdock.notices.links import recipient_hash
from crossdock.ports.connector import Command
from crossdock.ports.spec import Surroundings
from crossdock.ports.stores import NewEvent
from crossdock.processes.customer_notices import customer_notices
from crossdock.processes.notices_policy import NoticesPolicy
from crossdock.sim.clock import VirtualClock
from crossdock.storage.opening import open_store
from crossdock.transports.recorder import RecordingCaller
from hubs import Scripted, SeededIds, Silent, spec
from model import invented

SECRET = "a secret of the tests"
SUBJECT = invented.SUBJECT
ADA = "ada@example.com"
MONDAY = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC."""
HOUR = 3_600_000_000
LANGUAGES = ("ar", "de", "en", "es", "fr", "nl")
POLICY = NoticesPolicy(kinds=("in_transit", "delayed", "exception", "delivered"), languages=LANGUAGES)


class Vault:
    """Every reference leads to the same value."""

    def reveal(self, reference: str) -> str:
        return SECRET


class Post:
    """The server and what it has."""

    def __init__(self, simulator: MailSimulator, clock: VirtualClock, port: int) -> None:
        self.simulator = simulator
        self.clock = clock
        self.port = port

    @property
    def subjects(self) -> list[str]:
        return [each.subject for each in self.simulator.letters]

    def config(self, **changes: object) -> MailConfig:
        given = {
            "host": "127.0.0.1", "port": self.port, "security": "none", "sender": "notices@shop.example",
            "sender_name": "Acme", "public_url": "https://hub.example", "link_secret": "secret://env/LINKS",
            "timeout": 5.0,
        }  # fmt: skip
        return MailConfig(**{**given, **changes})

    def connector(self, **changes: object) -> MailConnector:
        return MailConnector(Surroundings("mail", self.config(**changes), None, self.clock, Vault()))


class opened:  # noqa: N801 - used like a function
    """A `Post` for the time of a block."""

    def __init__(self, clock: VirtualClock | None = None, **options: object) -> None:
        self._clock = clock or VirtualClock(MONDAY)
        self._options = options

    async def __aenter__(self) -> Post:
        simulator = MailSimulator(SimulatorSettings(**self._options))
        self._server = simulator.beside(self._clock)
        return Post(simulator, self._clock, await self._server.start())

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()


def notice(**changes: object) -> NotifyCustomer:
    given = {
        "recipient": ADA, "language": "de", "template": "delayed", "milestone": "delayed", "order_id": SUBJECT,
        "order_name": "WH/OUT/00016", "marker": "m1",
        "values": {"name": "Ada", "order": "SO0016", "carrier": "GLS", "expected": "2026-11-24"},
    }  # fmt: skip
    return NotifyCustomer(**{**given, **changes})


def command(body: NotifyCustomer, key: str = "k1") -> Command:
    return Command(key, "mail", SUBJECT, body, "0" * 32)


def order(email: str = ADA, language: str = "de_DE", country: str = "DE", **changes: object) -> DeliveryOrder:
    there = Address(lines=("Domplatz 1",), city="Köln", postcode="50667", country=country)
    found = invented.order()
    customer = Party(name="Ada Lovelace", address=there, email=email, language=language)
    return structs.replace(found, ship_to=customer, packages=found.packages[:1], **changes)


def booked(number: str = "EZ1", partner: str = "carrier") -> ev.ShipmentBooked:
    return ev.ShipmentBooked(Booking(partner, "1", "shp_1", number, "GLS", "Parcel"))


def scanned(milestone: str, at: int, number: str = "EZ1", **more: object) -> ev.TrackingReported:
    return ev.TrackingReported(TrackingEvent("carrier", number, milestone, from_epoch_us(at), **more))


def telling(
    post: Post, *, policy: NoticesPolicy = POLICY, url: str = "sqlite:///:memory:", seed: int = 0, **mail: object
) -> Hub:
    """A hub of one worker with a scripted carrier and mail, that tells customers."""
    store = open_store(url, threads=False)
    quiet, journal = Silent(), RecordingCaller(Silent())

    def connect(plan: PartnerPlan):
        return (journal, journal) if plan.id == "mail" else (quiet, quiet)

    world = World(store, post.clock, SeededIds(seed), Vault(), connect, Metrics(), Spans(), f"w{seed}")
    customers = KnownCustomers(lambda address: recipient_hash(SECRET, address))
    plans = [PartnerPlan("carrier", spec(Scripted()), None), PartnerPlan("mail", SPEC, post.config(**mail))]
    hub = compose(world, plans, [customer_notices(policy, customers)], look=customers.look)
    hub.engine.partitions = hub.engine.shards = tuple(range(64))
    return hub


async def tell(hub: Hub, *bodies: ev.EventBody, quiet: bool = False, settle: bool = True) -> None:
    """Append facts of the order and let everything follow."""
    now = hub.clock.now()

    def step(tx):
        for body in bodies:
            occurred = body.event.occurred if isinstance(body, ev.TrackingReported) else from_epoch_us(now)
            fact = ev.Fact(body, occurred, subject=SUBJECT)
            trace_id = trace_id_of(SUBJECT)
            tx.log.append([NewEvent(fact.key(SUBJECT), SUBJECT, fact, now, "carrier", "", trace_id, quiet)], now)
        tx.references.bind([(Reference(ReferenceKind.TRACKING, "EZ1"), SUBJECT)])

    await hub.store.run(step)
    if settle:
        await hub.engine.settle_all()


async def rows(hub: Hub) -> dict[str, tuple[str, str]]:
    """Where each kind of notice stands."""
    found = await hub.store.read(lambda tx: tx.notices.of_order(SUBJECT))
    return {row.kind: (row.step, row.reason) for row in found}
