"""What people see: rows and the questions that give them. Pure reading; the queries are written in storage/."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from crossdock.model.cases import Case
from crossdock.model.events import Event
from crossdock.model.exception_kinds import Kind
from crossdock.ports.stores_delivery import Attempt
from crossdock.ports.stores_inbound import Correction


class ShipmentRow(Struct, frozen=True):
    """One delivery order in a list. ``phase`` is the process's state, ``milestone`` the least advanced package's."""

    subject: str
    name: str
    sales_order: str
    customer: str
    city: str
    country: str
    carrier: str
    phase: str
    milestone: str
    packages: int
    tracking_numbers: str
    exceptions: int
    updated_at: int


class ExchangeRow(Struct, frozen=True):
    """One exchange without bodies: ``direction`` inbound or outbound, ``kind`` the channel or the command's tag."""

    id: str
    direction: str
    partner: str
    kind: str
    subject: str
    status: str
    received_at: int
    settled_at: int
    attempts: int
    operator: str
    engineer: str
    trace_id: str
    size: int


class ExchangeDetail(Struct, frozen=True):
    """One exchange with its bytes, the events that came of it, and its attempts. ``doubtful``: a command that its
    partner may have carried out. ``corrects`` says which message it stands for, ``corrected`` which stands for it.
    """

    row: ExchangeRow
    body: bytes
    body_gone: bool
    content_type: str
    headers: dict[str, str]
    path: str
    events: list[Event]
    attempts: list[Attempt]
    cause: str
    doubtful: bool = False
    corrects: Correction | None = None
    corrected: Correction | None = None


class ExceptionRow(Struct, frozen=True):
    """A business exception in a list. ``resolved_at`` is 0 while open; ``case`` is all of it."""

    subject: str
    name: str
    sales_order: str
    kind: str
    pointer: str
    text: str
    raised_at: int
    resolved_at: int
    case: Case


class Chosen(Struct, frozen=True, omit_defaults=True):
    """Which exceptions: every word that is given has to fit; ``kind`` may name several, with commas. ``overdue`` are
    those past a promise at ``now``, and ``breached`` those of which a promise was ever broken.
    """

    ids: tuple[str, ...] = ()
    queue: str = ""
    kind: str = ""
    subject: str = ""
    owner: str = ""
    assignee: str = ""
    state: str = ""
    severity: str = ""
    category: str = ""
    partner: str = ""
    group: str = ""
    breached: bool | None = None
    overdue_at: int = 0


class Ownership(Struct, frozen=True):
    """Whose a kind of exception is by the configuration in force, and how soon (minutes of working time).
    ``unowned``: nobody was named, so it goes to the default queue.
    """

    kind: Kind
    owner: str
    severity: str
    acknowledge_minutes: int
    resolve_minutes: int
    unowned: bool


class CauseGroup(Struct, frozen=True):
    """Open exceptions of one cause. ``values`` are what the orders they hold up are worth, by currency in its minor
    units: an order counts once.
    """

    id: str
    kind: str
    partner: str
    category: str
    queue: str
    count: int
    breached: int
    oldest_at: int
    values: dict[str, int]


class Workload(Struct, frozen=True):
    """How many open exceptions are alike; ``past`` of them are past their promise, ``oldest_at`` is since when;
    ``hour``, ``day`` and ``week`` count those older than that.
    """

    queue: str
    owner: str
    severity: str
    count: int
    past: int
    oldest_at: int
    hour: int
    day: int
    week: int


class Found(Struct, frozen=True):
    """A search hit: which name matched which subject."""

    subject: str
    kind: str
    value: str


MOST_SHIPMENTS = 10_000
"""What `Counts` counts to: with so many shipments there are these or more."""


class Counts(Struct, frozen=True):
    """Numbers for metrics and the top of pages; ``oldest_…`` are epoch microseconds, 0 for none. ``shipments`` ends at
    `MOST_SHIPMENTS`. ``open_exceptions`` are those of the business; technical ones are apart.
    """

    received: int
    oldest_received_at: int
    waiting: int
    queued: int
    oldest_queued_at: int
    parked: int
    in_doubt: int
    open_exceptions: int
    shipments: int
    events: int
    technical_exceptions: int = 0


class Queues(Struct, frozen=True):
    """What waits, by stage: how much, and since when (epoch microseconds, 0 where nothing waits).

    ``received`` waits for translation, ``undecided`` for the reducer, ``due`` are commands whose time has come and that
    nobody carries, ``unshipped`` (only where the log has a stream) are events the stream has not confirmed. What waits
    for its own time or for a person is in ``depth`` only.
    """

    depth: dict[str, int]
    oldest: dict[str, int]


class Latency(Struct, frozen=True):
    """How long the settled messages of one kind took: ``direction`` "in" (``what`` is the channel; received to settled)
    or "out" (``what`` is the command; ordered to settled). The percentiles are microseconds that did occur.
    """

    direction: str
    partner: str
    what: str
    messages: int
    p50: int
    p99: int


class Views(Protocol):
    """Questions people ask. Pages are by opaque ``after`` (the last row's sort key) and ``limit``."""

    def shipments(
        self, *, phase: str = "", milestone: str = "", text: str = "", after: str = "", limit: int = 50
    ) -> tuple[list[ShipmentRow], str]:
        """Delivery orders, last changed first, and where the next page starts ("" at the end)."""
        ...

    def shipment(self, subject: str) -> ShipmentRow | None:
        """One."""
        ...

    def search(self, text: str, limit: int = 20) -> list[Found]:
        """Subjects whose references equal or begin with ``text`` (exact ones first)."""
        ...

    def exchanges(
        self,
        *,
        subject: str = "",
        partner: str = "",
        direction: str = "",
        statuses: Sequence[str] = (),
        since: int = 0,
        until: int = 0,
        after: str = "",
        limit: int = 50,
    ) -> tuple[list[ExchangeRow], str]:
        """Exchanges, newest first. By ``subject``: those that spoke of it, inbound and outbound."""
        ...

    def exchange(self, exchange_id: str) -> ExchangeDetail | None:
        """One, whole."""
        ...

    def attempts_of(self, subject: str) -> list[Attempt]:
        """All attempts of a subject's commands, oldest first."""
        ...

    def exceptions(
        self,
        *,
        open_only: bool = True,
        kind: str = "",
        subject: str = "",
        chosen: Chosen = Chosen(),  # noqa: B008 - immutable
        after: str = "",
        limit: int = 50,
    ) -> tuple[list[ExceptionRow], str]:
        """Business exceptions, newest first."""
        ...

    def most_urgent(self, chosen: Chosen = Chosen(), limit: int = 50) -> list[ExceptionRow]:  # noqa: B008 - immutable
        """Open exceptions, the most urgent first: by severity, then the customer's tier, then the earliest promise to a
        customer, then the value at stake (whatever its currency), then the oldest.
        """
        ...

    def cause_groups(self, chosen: Chosen = Chosen(), limit: int = 200) -> list[CauseGroup]:  # noqa: B008 - immutable
        """Open exceptions by cause, the most first."""
        ...

    def workloads(self, now: int) -> list[Workload]:
        """Open exceptions by queue, owner and severity, with how old they are at ``now``."""
        ...

    def refused(self, partner: str = "", limit: int = 50) -> list[tuple[str, str, str, int, int, int, str, str]]:
        """Refused bodies as (id, partner, channel, status, received_at, length, operator, engineer), newest first."""
        ...

    def waiting(self, limit: int = 50) -> list[tuple[str, str, str, int]]:
        """Facts without an owner as (reference kind, value, partner, received_at), oldest first."""
        ...

    def events(
        self, *, after: str = "", limit: int = 100, type_prefix: str = "", since: int = 0, until: int = 0
    ) -> tuple[list[Event], str]:
        """The log, by (recorded_at, partition, position): what was recorded from ``since`` on and before ``until``."""
        ...

    def first_heard(self, partner: str, channel: str, after: int) -> int:
        """When the first message on a channel was received behind ``after`` (epoch microseconds); 0 for none."""
        ...

    def log_heads(self) -> dict[int, int]:
        """The last position of each partition, 0 where nothing is."""
        ...

    def recorded(self, since: int, until: int) -> int:
        """How many events were recorded from ``since`` to before ``until`` (epoch microseconds)."""
        ...

    def log_since(self, since: int) -> dict[int, int]:
        """The lowest position of each partition that was recorded at or after ``since`` (epoch microseconds)."""
        ...

    def queues(self, now: int) -> Queues:
        """What waits. The answer costs what waits, not what was ever there."""
        ...

    def stopped(self) -> dict[str, int]:
        """How many messages wait for a person (parked or refused, in and out), by partner. Costs what waits so."""
        ...

    def latencies(self, since: int) -> list[Latency]:
        """How long messages took that were received or ordered at or after ``since`` and were settled well. Costs what
        there is of such messages.
        """
        ...

    def counts(self) -> Counts:
        """How much of everything there is."""
        ...
