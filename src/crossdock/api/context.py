"""What the API is built with. bootstrap fills it; tests fill it with less."""

from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import Struct
from prometheus_client import CollectorRegistry

from crossdock.backbone.correcting import Corrector
from crossdock.backbone.customers import Objective
from crossdock.backbone.ordering import DoorPolicy
from crossdock.model.flows import Flow
from crossdock.ports.asking import Planner, Requests
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Received
from crossdock.ports.leases import Standing
from crossdock.ports.outbox import Outcome
from crossdock.ports.policy import Access
from crossdock.ports.process import Process
from crossdock.ports.rows import Ownership
from crossdock.ports.stores import Store
from crossdock.ports.stores_kpis import Board
from crossdock.ports.verdicts import Explanation
from crossdock.settings.explaining import InForce
from crossdock.views.availability import Freshness
from crossdock.views.kpis import UNCONFIGURED


class Answer(Protocol):
    """What intake says to a caller: 202 and the exchange's id, or a refusal with its two texts."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def exchange_id(self) -> str:
        """What the message is kept under, also when it was refused."""
        ...

    @property
    def why(self) -> Explanation | None:
        """The reason of a refusal."""
        ...


class IntakeDoor(Protocol):
    """Makes bytes durable and only then answers."""

    async def accept(self, partner: str, message: Received) -> Answer:
        """Verify and keep one message."""
        ...

    async def refuse(self, partner: str, message: Received, status: int, why: Explanation, length: int = -1) -> Answer:
        """Keep the start of a message the door itself refuses; ``length`` is its whole length where known."""
        ...


class Pinger(Protocol):
    """Sends a webhook or bridge a test event."""

    async def __call__(self, name: str) -> Outcome:
        """What became of it."""
        ...


async def _nobody(name: str) -> Outcome:
    raise LookupError(name)


def _unknown() -> Standing:
    return Standing("", (), 0, 0, leased=True)


class TrackingLinks(Protocol):
    """Makes links by which customers follow their orders."""

    def __call__(self, subject: str, now: int, language: str, days: int) -> tuple[str, int]:
        """The link, and when it expires (epoch microseconds); 0 days: as configured."""
        ...


class Context(Struct, frozen=True, kw_only=True):
    """Everything the routes need. ``issuer`` is the public base address, ``partners`` the configured partner ids,
    ``standing`` says what this process is, ``freshness`` how old a word on stock may be,
    ``processes`` are those that run, by name, ``outboxes`` the configured webhooks and bridges with their kind,
    ``matrix`` says whose exceptions are, ``teams`` are those who work on them, ``notices`` is what customers' notices
    are measured against, ``address_hash`` what stands for an address, ``ordering`` how the order door decides (None:
    there is none), ``board`` the key figures that are watched, ``flows`` those of the configuration,
    ``tracking_links`` makes customers' links where there is a tracking page, ``corrector`` checks and makes
    corrections of messages, ``configuration`` says what is configured, ``approvals`` how many people
    a ruling about a partner's word takes.
    """

    store: Store
    access: Access
    intake: IntakeDoor
    requests: Requests
    plan: Planner
    clock: Clock
    registry: CollectorRegistry
    version: str
    issuer: str
    partners: tuple[str, ...] = ()
    outboxes: Mapping[str, str] = {}
    ping: Pinger = _nobody
    standing: Callable[[], Standing] = _unknown
    freshness: Freshness = Freshness()
    processes: Mapping[str, Process] = {}
    matrix: tuple[Ownership, ...] = ()
    teams: frozenset[str] = frozenset()
    notices: Objective | None = None
    address_hash: Callable[[str], str] | None = None
    ordering: DoorPolicy | None = None
    tracking_links: TrackingLinks | None = None
    corrector: Corrector | None = None
    board: Board = UNCONFIGURED
    flows: tuple[Flow, ...] = ()
    configuration: Callable[[], InForce] | None = None
    approvals: int = 1
