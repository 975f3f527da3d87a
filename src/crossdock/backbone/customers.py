"""What holds of customers' notices beside orders' own events: declared outages and who unsubscribed; and the figures.

Both are histories with times, so that a decision made again (a rebuild) sees what held when it was made.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

from msgspec import Struct
from prometheus_client import CollectorRegistry, Gauge

from crossdock.model.events import Event, Fact
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.milestones import MILESTONES
from crossdock.model.notices import (
    UNSUBSCRIBED,
    CustomerNotified,
    CustomerUnsubscribed,
    Kind,
    NoticeDecided,
    kind_of,
)
from crossdock.ports.stores import NewEvent, Store, Transaction
from crossdock.ports.stores_notices import NoticeRow

_MINUTE = 60_000_000
_OVERLAP = 1000
"""Numbers read again: of two writers the one with the smaller number may commit later."""
_LATE = 32
"""So many looks that found nothing new go by before those are looked for whose writer was slow."""
_WINDOW = 7 * 24 * 60 * _MINUTE
"""Microseconds that orders without a notice are looked for; older ones were told of long ago, or by nobody."""


class KnownCustomers:
    """Declared outages and unsubscribed addresses, as far as they were read by `look`."""

    def __init__(self, name_of: Callable[[str], str]) -> None:
        """``name_of`` gives the keyed hash that stands for an address."""
        self._name_of = name_of
        self._refused: dict[str, int] = {}
        self._read_refusals = 0
        self._pauses: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        self._known_pauses: set[int] = set()
        self._read_pauses = 0
        self._heads = (0, 0)
        self._looks = 0

    def look(self, tx: Transaction) -> None:
        """Read what is new, before a batch is decided on. Rarely also what may have been committed late."""
        heads = tx.notices.heads()
        self._looks += 1
        if heads == self._heads and self._looks % _LATE:
            return
        self._heads = heads
        for refusal in tx.notices.refusals(self._read_refusals - _OVERLAP):
            self._refused.setdefault(refusal.recipient, refusal.at)
            self._read_refusals = max(self._read_refusals, refusal.number)
        for pause in tx.notices.pauses(self._read_pauses - _OVERLAP):
            if pause.number not in self._known_pauses:
                self._known_pauses.add(pause.number)
                self._pauses[pause.partner].append((pause.at, pause.paused))
                self._pauses[pause.partner].sort()
            self._read_pauses = max(self._read_pauses, pause.number)

    def paused(self, partner: str, at: int) -> bool:
        """Whether an outage of ``partner`` was declared then."""
        moves = self._pauses.get(partner, [])
        before = bisect_right(moves, (at, True))
        return before > 0 and moves[before - 1][1]

    def refuses(self, address: str, at: int) -> bool:
        """Whether the address had unsubscribed by then."""
        since = self._refused.get(self._name_of(address)) if self._refused else None
        return since is not None and since <= at


class Objective(Struct, frozen=True):
    """What is measured: the ``kinds`` that are told, within ``minutes`` of their milestone."""

    kinds: tuple[Kind, ...]
    minutes: float


class NoticeFigures(Struct, frozen=True):
    """How many notices stand where: by step and reason; ``not_triggered`` are those older than their objective that are
    neither sent, held, deferred nor dropped.
    """

    steps: Mapping[str, Mapping[str, int]]
    not_triggered: int


def figures(tx: Transaction, objective: Objective, now: int) -> NoticeFigures:
    """The figures at ``now`` (epoch microseconds); the same for metrics, CLI and API."""
    steps: dict[str, dict[str, int]] = {}
    for (step, reason), count in tx.notices.counts().items():
        steps.setdefault(step, {})[reason] = count
    before = now - int(objective.minutes * _MINUTE)
    codes = {kind: [code for code in MILESTONES if kind_of(code) == kind] for kind in objective.kinds}
    missing = tx.notices.unsent(before) + tx.notices.untold(codes, now - _WINDOW, before)
    return NoticeFigures(steps, missing)


class NoticeGauges:
    """The figures as Prometheus series; a sweep refreshes them."""

    def __init__(self, store: Store, objective: Objective, registry: CollectorRegistry) -> None:
        """Register on ``registry``."""
        self._store = store
        self._objective = objective
        self._steps = Gauge(
            "crossdock_notices", "Customers' notices by where they stand.", ["step", "reason"], registry=registry
        )
        self._missing = Gauge(
            "crossdock_notices_not_triggered", "Notices older than their objective, not sent.", registry=registry
        )

    async def __call__(self, now: int) -> None:
        """Measure."""
        found = await self._store.read(partial(figures, objective=self._objective, now=now))
        self._steps.clear()
        for step, reasons in found.steps.items():
            for reason, count in reasons.items():
                self._steps.labels(step, reason).set(count)
        self._missing.set(found.not_triggered)


def unsubscribe(tx: Transaction, recipient: str, by: Literal["api", "cli"], actor: str, reason: str, now: int) -> bool:
    """An address (keyed hash) gets no more mails, by a person's decision; False when it got none before."""
    subject, moment = f"{UNSUBSCRIBED}{recipient}", from_epoch_us(now)
    fact = Fact(CustomerUnsubscribed(recipient, by), moment, subject=subject)
    new = NewEvent(fact.key(subject), subject, fact, now, "", "", trace_id_of(subject))
    fresh = bool(tx.log.append([new], now))
    if fresh:
        tx.doors.audit(now, actor, "customer.unsubscribe", subject, reason)
    return fresh


def note(tx: Transaction, events: Sequence[Event]) -> None:
    """Keep where notices stand, and who unsubscribed, in the transaction that decides on the events."""
    rows = [row for event in events if (row := _row(event)) is not None]
    if rows:
        tx.notices.note(rows)
    refused = [
        (event.body.recipient, event.recorded_at) for event in events if isinstance(event.body, CustomerUnsubscribed)
    ]
    if refused:
        tx.notices.refuse(refused)


def _row(event: Event) -> NoticeRow | None:
    at, body = event.recorded_at, event.body
    if isinstance(body, NoticeDecided):
        mail = "mail" in body.channels
        return NoticeRow(
            event.subject, body.kind, body.step, body.reason, body.order_name, body.language, "", at, at, mail
        )
    if isinstance(body, CustomerNotified):
        step = "assumed" if body.assumed else "sent"
        return NoticeRow(event.subject, body.kind, step, "", "", body.language, body.recipient, at, at, mail=True)
    return None
