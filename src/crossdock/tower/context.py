"""What the tower is built with. bootstrap fills it; tests fill it with less."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from crossdock.ports.clock import Clock
from crossdock.ports.connector import Documents
from crossdock.ports.process import Process
from crossdock.ports.rows import Ownership
from crossdock.ports.stores import Store, Transaction
from crossdock.settings.explaining import InForce
from crossdock.tower.live import Live
from crossdock.tower.sessions import Sessions


class Requests(Protocol):
    """What people ask for on a page, as steps of a transaction."""

    def retry(self, tx: Transaction, exchange_ids: Sequence[str], now: int) -> int:
        """Let parked, refused or waiting exchanges go on, inbound and outbound; how many."""
        ...

    def discard(self, tx: Transaction, exchange_ids: Sequence[str], now: int) -> int:
        """End parked or refused exchanges for good; how many."""
        ...

    def replay(self, tx: Transaction, exchange_ids: Sequence[str], now: int, *, effects: bool) -> int:
        """Read inbound exchanges again with today's rules; without ``effects`` no command leaves. How many."""
        ...


class Effect(Protocol):
    """One outside call of a replay."""

    @property
    def partner(self) -> str:
        """Whom it would call."""
        ...

    @property
    def kind(self) -> str:
        """The command's tag."""
        ...

    @property
    def subject(self) -> str:
        """The order it is for."""
        ...


class Plan(Protocol):
    """What a replay would do."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The exchanges that would be read again."""
        ...

    @property
    def changed(self) -> tuple[str, ...]:
        """The subjects that would change."""
        ...

    @property
    def effects(self) -> Sequence[Effect]:
        """The outside calls: made where effects are allowed, else held back."""
        ...


class Planner(Protocol):
    """Says what a replay would do, without doing it."""

    async def __call__(
        self, ids: tuple[str, ...], partner: str, since: int, until: int, flow: str, *, effects: bool
    ) -> Plan:
        """By id, partner, time of receipt (epoch microseconds) and flow. Raises `ValueError` for an unknown flow."""
        ...


class Figure(Protocol):
    """A key figure as pages show it: `crossdock.views.kpis` gives them."""

    @property
    def title(self) -> str:
        """What it is called."""
        ...

    @property
    def text(self) -> str:
        """The number as people read it."""
        ...

    @property
    def unit(self) -> str:
        """What is counted, in a word; percent is part of ``text``."""
        ...

    @property
    def state(self) -> str:
        """good, bad, plain or unwatched."""
        ...

    @property
    def link(self) -> str:
        """Where the list behind it is."""
        ...

    @property
    def meaning(self) -> str:
        """What is counted."""
        ...

    @property
    def why(self) -> str:
        """Why there is no number, "" where there is one."""
        ...

    @property
    def queue(self) -> str:
        """Whether it is of the business or technical."""
        ...


class PartnerFacts(Struct, frozen=True):
    """A configured partner as people know it; ``feeds`` are those asked for news, each with its pause in seconds,
    ``commands`` the tags of what it can be asked for, ``limits`` calls per second (0: no limit) and at once.
    """

    id: str
    connector: str
    title: str
    feeds: tuple[tuple[str, float], ...] = ()
    commands: frozenset[str] = frozenset()
    limits: tuple[float, int] = (0.0, 0)


class Context(Struct, frozen=True, kw_only=True):
    """Everything the pages need. ``secure`` marks cookies for HTTPS only; ``processes`` are those that run, by name,
    ``matrix`` says whose exceptions are, ``teams`` are those who work on them. Without ``plan`` nothing is replayed
    here; ``figures`` gives the key figures at an instant (epoch microseconds), ``configuration`` what is configured;
    the days of ``timezone`` are those of the carriers' desk.
    """

    store: Store
    clock: Clock
    requests: Requests
    documents: Documents
    sessions: Sessions
    version: str
    secure: bool = False
    live: Live | None = None
    plan: Planner | None = None
    processes: Mapping[str, Process] = {}
    matrix: tuple[Ownership, ...] = ()
    teams: frozenset[str] = frozenset()
    partners: tuple[PartnerFacts, ...] = ()
    figures: Callable[[Transaction, int], Sequence[Figure]] | None = None
    configuration: Callable[[], InForce] | None = None
    timezone: str = "UTC"
