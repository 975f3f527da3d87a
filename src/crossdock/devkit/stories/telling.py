"""What a story says, in sentences: its steps, its checks, and everything that happened in it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crossdock.devkit.stories import checks, steps
from crossdock.ports.stores import Transaction
from crossdock.views.wording import command_name, milestone_name, say

_SECOND = 1_000_000
_PAGE = 500
_DONE = {
    "acknowledge": "says it will do", "start": "starts to pick", "pick": "picks", "pack": "packs", "ship": "ships",
    "finish": "does all that is left of", "refuse": "refuses", "call_off": "calls off",
    "ship_again": "ships once more",
}  # fmt: skip


def sentence(word: str, said: Any, note: str = "") -> str:
    """A step or check in words."""
    return f"{_SENTENCES[word](said)}{f' — {note}' if note else ''}"


def clock_of(seconds: int) -> str:
    """Virtual seconds from the first midnight as people write them: ``08:30:00`` or ``day 2 08:30:00``."""
    days, rest = divmod(seconds, 86_400)
    text = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}"
    return f"day {days + 1} {text}" if days else text


def whole(tx: Transaction, midnight: int) -> Iterator[tuple[int, str]]:
    """Every event of the log and every command, with virtual seconds from ``midnight`` (epoch microseconds)."""
    found = [*_events(tx), *_commands(tx)]
    names = {row.subject: row.name for row in tx.views.shipments(limit=1000)[0]}
    for at, subject, text in sorted(found, key=lambda each: each[0]):
        yield (at - midnight) // _SECOND, f"{names.get(subject, subject)}: {text}"


def _events(tx: Transaction) -> Iterator[tuple[int, str, str]]:
    for subject in tx.states.subjects("", 10_000):
        for event in tx.log.of_subject(subject):
            said = say(event.body)
            yield event.recorded_at, subject, f"{said.title}{f' ({said.detail})' if said.detail else ''}"


def _commands(tx: Transaction) -> Iterator[tuple[int, str, str]]:
    after = ""
    while True:
        rows, after = tx.views.exchanges(direction="outbound", after=after, limit=_PAGE)
        for row in rows:
            tried = f", {row.attempts} attempts" if row.attempts > 1 else ""
            text = f"→ {row.partner}: {command_name(row.kind)} ({row.status}{tried})"
            yield row.settled_at or row.received_at, row.subject, text
        if not after:
            return


def _goods(lines: Mapping[str, float]) -> str:
    return ", ".join(f"{quantity:g} {sku}" for sku, quantity in lines.items())


def _which(said: Any) -> str:
    return said.order if said.delivery == 1 else f"delivery {said.delivery} of {said.order}"


def _habit(said: steps.Habit) -> str:
    parts = [
        f"lacks {_goods(said.short)}" if said.short else "",
        f"damages {_goods(said.damaged)}" if said.damaged else "",
    ]
    parts += ["tells each despatch twice" if said.twice else ""]
    if said.acknowledge_seconds is not None:
        late = said.acknowledge_seconds
        parts.append("acknowledges nothing" if late < 0 else f"acknowledges after {late:g} seconds")
    if said.short or said.damaged:
        parts.append("the rest follows" if said.remainder == "backorder" else "the rest does not follow")
    return f"{said.partner} from now on: {', '.join(each for each in parts if each) or 'works as it should'}"


def _shelf(said: steps.Shelf) -> str:
    counted = f"counts {said.counted:g} {said.sku}" if said.counted is not None else ""
    damaged = f"finds {said.damaged:g} {said.sku} damaged" if said.damaged is not None else ""
    return f"{said.partner} {' and '.join(each for each in (counted, damaged) if each) or 'says nothing'}"


def _floor(said: steps.Floor) -> str:
    some = f" ({_goods(said.quantities)} of it)" if said.quantities else ""
    return f"{said.partner} {_DONE[said.does]} {_which(said)}{some}"


def _receipt(said: steps.Receipt) -> str:
    but = f", but {_goods(said.received)}" if said.received else ""
    broken = f", damaged: {_goods(said.damaged)}" if said.damaged else ""
    return f"{said.partner} receives what was announced of {said.order}{but}{broken}"


def _parcel(said: steps.Parcel) -> str:
    which = f"parcel {said.only}" if said.only else "parcels"
    told = "delivery attempted in vain" if said.status == "attempted" else said.status.replace("_", " ")
    return f"{which} of {_which(said)}: {told}{'' if said.signed else ', nobody signs'}"


def _configured(said: steps.Configure) -> str:
    return f"Crossdock is set up anew: {', '.join([*said.processes, *said.partners])}"


def _expectation(said: checks.ExpectationIs) -> str:
    how = {"waiting": "is waited for", "expired": "is overdue", "fulfilled": "has come late"}[said.expected]
    return f"{said.kind} of {_which(said)} {how}{f', owed by {said.who}' if said.who else ''}"


def _books(said: checks.BooksSay) -> str:
    of = " of ".join(each for each in (said.figure, said.sku, said.order) if each)
    return f"{said.partner} has {said.expected:g} as {of}"


def _commands_said(said: checks.CommandsAre) -> str:
    whom = f" at {said.partner}" if said.partner else ""
    return f"{said.expected:g} times {said.kind} for {_which(said)}{whom} ({said.status})"


_SENTENCES: Mapping[str, Callable[[Any], str]] = {
    "order": lambda said: f"{said.customer} orders {said.name}: {_goods(said.lines)}",
    "change_order": lambda said: f"{said.order} is changed to {_goods(said.lines)}",
    "cancel_order": lambda said: f"{said.order} is cancelled",
    "credit": lambda said: f"{said.customer} owes {said.owes:g} and may owe {said.limit:g}",
    "payment": lambda said: f"the payment of {said.order} is {said.state}",
    "review": lambda said: f"{said.by}: {said.verdict} {said.order} ({said.gate}), {said.reason}",
    "warehouse": _floor,
    "warehouse_habit": _habit,
    "warehouse_stock": _shelf,
    "warehouse_receives": _receipt,
    "purchase": lambda said: f"{said.name} is bought from {said.supplier}: {_goods(said.lines)}",
    "supplier_notice": lambda said: f"the supplier announces {said.number} of {said.order}: {_goods(said.lines)}",
    "return_goods": lambda said: (
        f"the customer sends {_goods(said.lines) or 'everything'} of {_which(said)} back"
        f"{f': {said.said}' if said.said else ''}"
    ),
    "redeliver": lambda said: f"the customer of {_which(said)} wants: {said.choice}",
    "parcel": _parcel,
    "outage": lambda said: f"{said.partner} cannot be reached for {said.minutes:g} minutes",
    "partner": lambda said: f"{said.partner}: {said.action} {said.arguments or ''}".rstrip(),
    "configure": _configured,
    "restart": lambda said: (
        f"Crossdock is stopped for {said.minutes:g} minutes" if said.minutes else "Crossdock restarts"
    ),
    "stage": lambda said: f"{said.process} of {_which(said)} is {said.expected}",
    "exception": lambda said: f"exception {said.kind} of {_which(said)} is {said.expected}",
    "open_exceptions": lambda said: f"{said.expected:g} exceptions are open{f' of {said.order}' if said.order else ''}",
    "expectation": _expectation,
    "commands": _commands_said,
    "events": lambda said: f"{said.expected:g} times {said.type} of {_which(said)}",
    "sequence": lambda said: f"{_which(said)}: {', then '.join(said.events)}",
    "milestone": lambda said: f"{_which(said)} is {milestone_name(said.expected).lower()}",
    "holds": lambda said: f"{_which(said)} is held by {', '.join(said.expected) or 'nothing'}",
    "books": _books,
    "same": lambda said: f"{said.partner} saw the same done for {' and '.join(said.orders)}",
    "settled": lambda said: f"nothing waits{f', {said.parked} parked' if said.parked else ''}",
}
SAID = frozenset(_SENTENCES)
"""Every word that can be said; a test compares it with those of the format."""
