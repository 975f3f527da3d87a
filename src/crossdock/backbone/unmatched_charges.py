"""Freight charges that wait for a shipment: one that nobody knows after a while is an exception of its own, with what
is charged; it ends when the charge has found its shipment, whoever brought the two together.
"""

from collections.abc import Sequence

from msgspec import Struct

from crossdock.backbone.noticing import noticed
from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.freight import FreightCharged
from crossdock.ports.stores import Store, Transaction, Waiting

KIND = "freight.unmatched"
_HOUR = 3_600_000_000
_WORDS = 120
"""Characters of the carrier's own words that an exception repeats."""
_ROWS = 500
"""Charges, and exceptions, that one round looks at; the next round goes on behind them."""


class _Round(Struct, frozen=True):
    """Where a look ended ("" at the end of the list), and how many exceptions it raised or resolved."""

    charges: str = ""
    standing: str = ""
    moved: int = 0


class UnmatchedCharges:
    """A sweep over the charges that wait, and over the exceptions of those that waited."""

    def __init__(self, store: Store, hours: float) -> None:
        """A charge may wait for ``hours`` after it was received."""
        self._store = store
        self._wait = int(hours * _HOUR)
        self._last = _Round()

    async def __call__(self, now: int) -> int:
        """How many exceptions were raised or resolved."""
        last = self._last
        self._last = await self._store.run(lambda tx: self._look(tx, last, now))
        if self._last.moved:
            self._store.wake("log")
        return self._last.moved

    def _look(self, tx: Transaction, last: _Round, now: int) -> _Round:
        charges = tx.references.charges(last.charges, _ROWS)
        due = [each for each in charges if now - each.received_at >= self._wait]
        known = {each.subject for each in tx.exceptions.of_subjects(map(subject_of, due))}
        bodies = [(subject_of(each), raised(each)) for each in due if subject_of(each) not in known]
        ended, behind = _ended(tx, last.standing)
        after = charges[-1].key if len(charges) == _ROWS else ""
        return _Round(after, behind, noticed(tx, [*bodies, *ended], now))


def subject_of(charge: Waiting) -> str:
    """What the exception about a charge is told of: a story of its own, as the charge is no order's yet."""
    return f"charge:{charge.source}:{charge.key[:24]}"


def raised(charge: Waiting) -> ExceptionRaised:
    """The exception about it, named by the charge's key."""
    body = charge.fact.body
    assert isinstance(body, FreightCharged)
    what = f" for {body.code[:_WORDS]}" if body.code else ""  # its words may name people, and this goes everywhere
    number = f"no shipment has the number {body.tracking_number}" if body.tracking_number else "it names no shipment"
    text = f"{charge.source} charges {body.amount}{what} on invoice {body.invoice}, line {body.line}: {number}."
    pointer = f"/charges/{body.name}"
    return ExceptionRaised(KIND, text, pointer, charge.key, charge.source, value=body.amount)


def _ended(tx: Transaction, after: str) -> tuple[Sequence[tuple[str, ev.EventBody]], str]:
    standing, behind = tx.views.exceptions(kind=KIND, after=after, limit=_ROWS)
    wait = {each.key for each in tx.references.waiting(row.case.cause for row in standing)}
    ended = [row for row in standing if row.case.cause not in wait]
    return [(row.subject, ExceptionResolved(KIND, row.pointer, row.case.cause)) for row in ended], behind
