"""The book of exceptions, written by the reducer: every event of an exception is folded into its case, and what
somebody should know of is an alert, once per cause while it is open.
"""

from collections.abc import Sequence
from functools import partial
from typing import cast

from crossdock.model.cases import Case, case_id, fold, opened
from crossdock.model.events import Event
from crossdock.model.exceptions import (
    ExceptionBreached,
    ExceptionEscalated,
    ExceptionEvent,
    ExceptionResolved,
    ExceptionRouted,
    ExceptionWarned,
)
from crossdock.model.identifiers import digest
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_exceptions import Alert, Notifier

_TELLER = ("alerts:", "teller")
"""The row that says who tells; no partner's id has a colon."""
_HOLDS = 300_000_000
"""So long (microseconds) after the last round of a teller another one takes over."""
_MOST = 5000
"""Alerts looked at in one round: those that wait for working hours must not hide newer ones."""


def body_of(event: Event) -> ExceptionEvent:
    """The body of an event that is known to be of an exception."""
    return cast("ExceptionEvent", event.body)


def fold_all(known: Sequence[Case], events: Sequence[Event]) -> dict[str, Case]:
    """The cases after ``events`` in their order, by id; those that nothing happened to are left out."""
    cases = {each.id: each for each in known}
    touched: dict[str, Case] = {}
    for event in events:
        body = body_of(event)
        name = case_id(event.subject, body.kind, body.pointer, body.cause)
        cases[name] = touched[name] = fold(cases.get(name) or opened(event.subject, body), body, event.recorded_at)
    return touched


def book(tx: Transaction, events: Sequence[Event]) -> None:
    """Write what ``events`` make of their exceptions, and the alerts that follow."""
    if not events:
        return
    cases = fold_all(tx.exceptions.of_subjects({each.subject for each in events}), events)
    tx.exceptions.save(list(cases.values()))
    alerts = [alert for event in events if not event.quiet and (alert := _alert(event, cases)) is not None]
    if alerts:
        tx.alerts.open(alerts)
    ended = {
        cases[case_id(each.subject, body.kind, body.pointer, body.cause)].cause_group
        for each in events
        if isinstance(body := body_of(each), ExceptionResolved)
    }
    if ended:
        tx.alerts.close(max(each.recorded_at for each in events), sorted(ended))


def _alert(event: Event, cases: dict[str, Case]) -> Alert | None:
    body = body_of(event)
    occasion = _occasion(body)
    if not occasion:
        return None
    case = cases[case_id(event.subject, body.kind, body.pointer, body.cause)]
    if case.resolved_at:
        return None
    name = digest(case.cause_group, occasion, case.id, str(event.recorded_at))[:24]
    told = body.to if isinstance(body, ExceptionEscalated) else case.assignee
    return Alert(
        name, case.cause_group, occasion, case.kind, case.partner, case.category, case.queue, case.severity, case.owner,
        told, case.subject, case.text, event.recorded_at, value=case.value, currency=case.currency, tier=case.tier,
        promised_at=case.promised_at,
    )  # fmt: skip


def _occasion(body: ExceptionEvent) -> str:
    match body:
        case ExceptionRouted(alert=True):
            return "raised"
        case ExceptionWarned():
            return "warned"
        case ExceptionBreached():
            return "breached"
        case ExceptionEscalated(level=level):
            return f"level-{level}"
        case _:
            return ""


class Alerting:
    """A sweep: alerts nobody was told of are told, and those whose cause ended are closed (the net under `book`).

    Of several schedulers one tells: the word that it does so is a row, and holds for a while after its last round.
    """

    def __init__(self, store: Store, notifier: Notifier | None = None, owner: str = "") -> None:
        """Without a notifier they are only kept, for the doors to show; ``owner`` names this process to others."""
        self._store = store
        self._notifier = notifier
        self._owner = owner

    async def __call__(self, now: int) -> int:
        """How many were told. Told again after a death between telling and writing it down: at least once."""
        await self._store.run(lambda tx: tx.alerts.close(now))
        if self._notifier is None or not await self._store.run(lambda tx: _tells(tx, self._owner, now)):
            return 0
        waiting = await self._store.read(lambda tx: tx.alerts.unsent(_MOST))
        told = 0
        for each in waiting:
            if await self._notifier.tell(each):
                await self._store.run(partial(_sent, name=each.id, now=now))
                told += 1
        return told


def _tells(tx: Transaction, owner: str, now: int) -> bool:
    """Whether ``owner`` is the one that tells, now and for a while."""
    text, _ = tx.partners.cursor(*_TELLER)
    name, _, until = text.rpartition("|")
    if text and name != owner and int(until) > now:
        return False
    return tx.partners.move_cursor(*_TELLER, text, f"{owner}|{now + _HOLDS}", now)


def _sent(tx: Transaction, name: str, now: int) -> None:
    tx.alerts.sent([name], now)
