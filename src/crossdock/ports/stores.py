"""The durable store, as the inside sees it: one transaction, made of small parts.

A step is a synchronous function of a `Transaction`; the store runs it, commits it, and gives back its result. So one
code runs in SQLite's writer thread, over asyncpg, and in the same thread under a seeded scheduler. Nothing in a step
may wait for anything but the store. All times are epoch microseconds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from crossdock.model.events import Event, Fact
from crossdock.model.identifiers import Reference
from crossdock.ports.leases import Leases
from crossdock.ports.rows import Views
from crossdock.ports.stores_ageing import Ageing
from crossdock.ports.stores_delivery import Blobs, Lanes, Partners, Timers
from crossdock.ports.stores_doors import Doors
from crossdock.ports.stores_exceptions import Alerts, ExceptionBook
from crossdock.ports.stores_filters import Filters
from crossdock.ports.stores_inbound import Exchanges
from crossdock.ports.stores_knocks import Knocks
from crossdock.ports.stores_kpis import KeyFigures, Measures
from crossdock.ports.stores_mapping import Mappings
from crossdock.ports.stores_notices import NoticeBook
from crossdock.ports.stores_processes import Instances
from crossdock.ports.stores_slots import Slots
from crossdock.ports.tail import Tail

T = TypeVar("T")


class StoreFull(OSError):
    """The disk is full or a quota is used up: nothing was written, the caller must say so."""


class InvalidStoreUrl(ValueError):
    """A URL that is no store here. The text says what is wrong with it, never its password."""


class StoreUnavailable(ConnectionError):
    """The database cannot be reached now; nothing was written. Worth trying again."""


class Fenced(RuntimeError):
    """Somebody else moved this cursor or holds this lease: the transaction must not commit."""


class NewEvent(Struct, frozen=True):
    """A fact with its subject, ready for the log (``quiet``: see `Event`)."""

    key: str
    subject: str
    fact: Fact
    received_at: int
    source: str
    exchange_id: str
    trace_id: str
    quiet: bool = False


class Waiting(Struct, frozen=True):
    """A fact whose subject is not known yet, kept until one of its references is bound (``quiet``: see `Event`)."""

    key: str
    fact: Fact
    received_at: int
    source: str
    exchange_id: str
    trace_id: str
    quiet: bool = False


class Log(Protocol):
    """The event log: positions per partition without gaps, but for events that retention took; no key twice."""

    def append(self, events: Sequence[NewEvent], now: int) -> list[Event]:
        """Append those whose (subject, key) is new and whose subject has not ended; takes partition locks in ascending
        order.
        """
        ...

    def read(self, cursors: Mapping[int, int], limit: int) -> list[Event]:
        """Events after each partition's cursor, in order within a partition, fair between partitions."""
        ...

    def cursors(self, reader: str, partitions: Iterable[int]) -> dict[int, int]:
        """The positions ``reader`` has reached (0 where it never was)."""
        ...

    def advance(self, reader: str, moves: Mapping[int, tuple[int, int]]) -> None:
        """Move cursors {partition: (from, to)}. Raises `Fenced` unless each stood at ``from``."""
        ...

    def hold(self, reader: str, places: Mapping[int, int]) -> None:
        """Lock cursors {partition: position} until the commit. Raises `Fenced` unless each stands there."""
        ...

    def move(self, reader: str, places: Mapping[int, int]) -> None:
        """Move cursors that are held to {partition: position}."""
        ...

    def of_subject(self, subject: str) -> list[Event]:
        """All events of one subject in log order."""
        ...

    def known(self, names: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the events, by (subject, key), that there are."""
        ...

    def ended(self, subjects: Iterable[str]) -> set[str]:
        """Those of the subjects whose events were taken away for good: nothing is appended to them again."""
        ...

    def spoken_of(self, subjects: Iterable[str]) -> set[str]:
        """Those of the subjects that have any event."""
        ...


class References(Protocol):
    """Which name belongs to which subject."""

    def lock(self, references: Iterable[Reference]) -> None:
        """Serialise with others who look up or bind the same names, until the transaction ends."""
        ...

    def lookup(self, references: Iterable[Reference]) -> dict[Reference, list[str]]:
        """Subjects by reference; absent where nobody knows it, several where it is ambiguous."""
        ...

    def bind(self, pairs: Iterable[tuple[Reference, str]]) -> list[Reference]:
        """Make references true of subjects; gives those that were new."""
        ...

    def hold(self, facts: Sequence[Waiting]) -> list[Waiting]:
        """Keep facts that match nothing yet, under each of their lookups; gives those that were not held already."""
        ...

    def release(self, references: Iterable[Reference]) -> list[Waiting]:
        """Take out the facts that were waiting for any of these names."""
        ...

    def held(self, references: Iterable[Reference]) -> list[Waiting]:
        """The facts that wait for any of these names; they stay where they are."""
        ...

    def waiting(self, keys: Iterable[str]) -> list[Waiting]:
        """Those of the facts, by key, that wait still."""
        ...

    def charges(self, behind: str, limit: int) -> list[Waiting]:
        """Freight charges that wait, in the order of their keys, those behind ``behind``."""
        ...

    def of_message(self, exchange_id: str, limit: int) -> list[Waiting]:
        """Facts of one message that wait."""
        ...

    def waited_for(self, value: str, limit: int = 20) -> list[Reference]:
        """Names written like ``value`` that something waits for."""
        ...

    def overdue(self, limit: int) -> list[Reference]:
        """References that are bound while facts still wait for them (the net under `release`)."""
        ...


class StateRow(Struct, frozen=True):
    """A subject's folded state and the states of its processes, as encoded JSON."""

    subject: str
    state: bytes
    processes: Mapping[str, bytes]
    updated_at: int
    summary: Mapping[str, str | int]


class States(Protocol):
    """Folded state by subject. ``summary`` feeds the lists people search."""

    def load(self, subjects: Iterable[str]) -> dict[str, StateRow]:
        """The rows there are."""
        ...

    def stamps(self, subjects: Iterable[str]) -> dict[str, int]:
        """When the rows there are were updated."""
        ...

    def save(self, rows: Sequence[StateRow]) -> None:
        """Insert or replace. Whoever changes a row changes its ``updated_at``: some remember what they wrote last."""
        ...

    def clear(self) -> None:
        """Drop every state."""
        ...

    def subjects(self, after: str, limit: int) -> list[str]:
        """The subjects that have a state, in order, those greater than ``after``."""
        ...

    def drop(self, subjects: Iterable[str]) -> int:
        """Drop the states of these subjects; how many there were."""
        ...


class Transaction(Protocol):
    """Everything a step may touch, inside one transaction."""

    def rederivable(self) -> None:
        """What this transaction writes follows from what was written before it, and would be written again: its commit
        need not wait for the disk. It is on disk no later than the next commit that does wait, and never before an
        earlier one. Whoever acts on it outside the store has to commit something first (see `flush`).
        """
        ...

    def flush(self) -> None:
        """Make this transaction's commit wait for the disk even if it writes nothing."""
        ...

    def server_time(self) -> int | None:
        """What the clock of the database's server shows now; None where there is no server."""
        ...

    @property
    def exchanges(self) -> Exchanges:
        """The ledger of inbound messages."""
        ...

    @property
    def log(self) -> Log:
        """The event log."""
        ...

    @property
    def tail(self) -> Tail:
        """What of the log is in the database, and what in a stream."""
        ...

    @property
    def references(self) -> References:
        """Who is called what."""
        ...

    @property
    def states(self) -> States:
        """Folded states."""
        ...

    @property
    def exceptions(self) -> ExceptionBook:
        """Business exceptions."""
        ...

    @property
    def alerts(self) -> Alerts:
        """What somebody is told of exceptions."""
        ...

    @property
    def lanes(self) -> Lanes:
        """Outbound commands."""
        ...

    @property
    def timers(self) -> Timers:
        """Deadlines."""
        ...

    @property
    def instances(self) -> Instances:
        """Where processes stand."""
        ...

    @property
    def slots(self) -> Slots:
        """Delivery slots."""
        ...

    @property
    def partners(self) -> Partners:
        """Health and cursors."""
        ...

    @property
    def blobs(self) -> Blobs:
        """Labels and proofs."""
        ...

    @property
    def leases(self) -> Leases:
        """Who works on what."""
        ...

    @property
    def doors(self) -> Doors:
        """What the API and the tower need."""
        ...

    @property
    def knocks(self) -> Knocks:
        """Counted tries and one-time codes."""
        ...

    @property
    def filters(self) -> Filters:
        """Filters that people keep under a name."""
        ...

    @property
    def notices(self) -> NoticeBook:
        """Customers' notices."""
        ...

    @property
    def mappings(self) -> Mappings:
        """What nobody has mapped yet, and what people ruled about it."""
        ...

    @property
    def kpis(self) -> KeyFigures:
        """Key figures."""
        ...

    @property
    def measures(self) -> Measures:
        """What was measured of parcels and orders at warehouses."""
        ...

    @property
    def ageing(self) -> Ageing:
        """What grows old."""
        ...

    @property
    def views(self) -> Views:
        """What people ask."""
        ...


class Store(Protocol):
    """A database. ``name`` is ``sqlite`` or ``postgresql``, ``hears`` whether wakes of other processes arrive here."""

    name: str
    hears: bool

    async def run(self, step: Callable[[Transaction], T]) -> T:
        """Run ``step`` in a write transaction and commit; an exception rolls everything back.

        Raises `StoreFull` or `StoreUnavailable`.
        """
        ...

    async def read(self, step: Callable[[Transaction], T]) -> T:
        """Run ``step`` in a read-only transaction on one consistent snapshot, without holding up writers."""
        ...

    async def wait(self, topic: str, seconds: float) -> bool:
        """Sleep until somebody wakes ``topic`` (``inbound``, ``log``, ``outbound``, ``leases``, ``feed:…``) or time is
        up; whether somebody did. A wake may be lost with a connection: look for work in any case.
        """
        ...

    def wake(self, topic: str) -> None:
        """Tell waiters, in this process and others, that there is work on ``topic``."""
        ...

    async def close(self) -> None:
        """Let go of connections and threads."""
        ...
