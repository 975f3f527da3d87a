"""What is true at one moment of a story: the log, states, processes and exceptions of its orders, read once."""

from collections.abc import Mapping
from functools import cached_property

import msgspec

from crossdock.devkit.stories.cast import Cast
from crossdock.model.events import Event
from crossdock.model.fulfilment import FulfilmentState
from crossdock.ports.process import Process
from crossdock.ports.rows import Counts, ExceptionRow
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_delivery import DueTimer
from crossdock.ports.stores_processes import Instance

_DECODE = msgspec.json.Decoder(FulfilmentState).decode


class NotYet(LookupError):
    """What is asked of is not there, so far."""


class Evidence:
    """Everything a check may look at. What was read once is kept for the moment."""

    def __init__(self, tx: Transaction, cast: Cast, known: Mapping[str, Process]) -> None:
        """``known`` are the configured processes by name."""
        self._tx = tx
        self.cast = cast
        self.known = known
        self._events: dict[str, list[Event]] = {}

    @cached_property
    def _subjects(self) -> dict[str, list[str]]:
        """Deliveries by the name of their sales order, the oldest first."""
        found: dict[str, list[str]] = {}
        for subject, row in self._tx.states.load(self._tx.states.subjects("", 10_000)).items():
            order = _DECODE(row.state).order
            if order is not None:
                found.setdefault(order.sales_order, []).append(subject)
        return {name: sorted(each, key=_number) for name, each in found.items()}

    def subjects(self, order: str) -> list[str]:
        """The deliveries of a sales order or receipts of a purchase, the oldest first; none before Crossdock has heard
        of it.
        """
        return self._subjects.get(order) or self._receipts(order)

    def _receipts(self, purchase: str) -> list[str]:
        """The receipts of a purchase order."""
        hits = self._tx.views.search(purchase)
        found = {hit.subject for hit in hits if hit.value == purchase and hit.subject.startswith("tr:")}
        return sorted(found, key=_number)

    def subject(self, order: str, delivery: int = 1) -> str:
        """One delivery of a sales order. Raises `NotYet`."""
        found = self.subjects(order)
        if len(found) < delivery:
            which = f"delivery {delivery} of {order}" if delivery > 1 else order
            raise NotYet(f"Crossdock has not heard of {which}")
        return found[delivery - 1]

    def state(self, subject: str) -> FulfilmentState:
        """The folded state."""
        rows = self._tx.states.load([subject])
        return _DECODE(rows[subject].state) if subject in rows else FulfilmentState()

    def events(self, subject: str) -> list[Event]:
        """Its events in the order of the log."""
        if subject not in self._events:
            self._events[subject] = self._tx.log.of_subject(subject)
        return self._events[subject]

    def instance(self, subject: str, process: str) -> Instance | None:
        """Where a process of it stands."""
        return next((each for each in self._tx.instances.of_subjects([subject]) if each.process == process), None)

    def timers(self, subject: str) -> list[DueTimer]:
        """What is waited for."""
        return self._tx.timers.standing([subject])

    def exceptions(self, subject: str = "", *, open_only: bool = False) -> list[ExceptionRow]:
        """Business exceptions of it, or of everything."""
        rows, _ = self._tx.views.exceptions(open_only=open_only, subject=subject, limit=1000)
        return list(rows)

    def commands(self, subject: str) -> list[tuple[str, str, str]]:
        """Its commands as (tag, partner, status)."""
        return [(each.kind, each.partner, each.status) for each in self._tx.lanes.given_for([subject])]

    def milestone(self, subject: str) -> str:
        """How far its least advanced parcel is."""
        row = self._tx.views.shipment(subject)
        return row.milestone if row else ""

    @property
    def counts(self) -> Counts:
        """Messages by how they stand."""
        return self._tx.views.counts()


def _number(subject: str) -> tuple[int, str]:
    last = subject.rpartition(":")[2]
    return (int(last) if last.isdecimal() else 0, subject)
