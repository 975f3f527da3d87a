"""Whether a check holds at a moment, and what is so instead; what can never be judged is a fault of the story."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, get_args

from msgspec import Struct

from crossdock.devkit.stories import checks as words
from crossdock.devkit.stories.books import FIGURES
from crossdock.devkit.stories.cast import Cast
from crossdock.devkit.stories.evidence import Evidence, NotYet
from crossdock.model.commands import CommandBody
from crossdock.model.events import TAGS, Event, RecordWritten, type_of
from crossdock.model.milestones import MILESTONES
from crossdock.model.progress import ExpectationExpired, ExpectationFulfilled, ProcessMoved
from crossdock.ports.process import Process
from crossdock.processes.expectations import STAGE
from crossdock.processes.owed_by_carriers import CARRIERS_OWE
from crossdock.processes.owed_by_warehouses import WAREHOUSES_OWE
from crossdock.settings.reading import closest

_COMMANDS = frozenset(str(each.__struct_config__.tag) for each in get_args(CommandBody))
_OWED = frozenset({STAGE, *(rule.kind for rule in (*WAREHOUSES_OWE, *CARRIERS_OWE))})
_WAITS = "expect/"


class Finding(Struct, frozen=True):
    """Whether it holds, and what is so, in words."""

    holds: bool
    found: str


def judge(word: str, said: Any, evidence: Evidence, *, ever: bool) -> Finding:
    """Whether what is ``said`` holds; with ``ever`` a stage counts that it ever came to. Never raises."""
    try:
        return _stage(said, evidence, ever=ever) if word == "stage" else _JUDGES[word](said, evidence)
    except NotYet as reason:
        return Finding(holds=False, found=str(reason))


def impossible(word: str, said: Any, cast: Cast, known: Mapping[str, Process], orders: set[str]) -> Iterator[str]:
    """Why a check can never be judged: names that are nowhere. Checked before anything runs, so none holds for
    nothing.
    """
    for order in _orders_of(said):
        if order not in orders:
            yield f"no step makes an order '{order}'; {closest(order, orders)}"
    partner = getattr(said, "partner", "")
    if partner and partner not in cast.simulators:
        yield f"there is no partner '{partner}'; {closest(partner, cast.simulators)}"
    elif word == "books":
        yield from _unknown("figure", said.figure, FIGURES[cast.connectors[partner]])
    if word == "stage":
        yield from _unknown("process", said.process, known)
        if said.process in known:
            yield from _unknown("stage", said.expected, _stages(known[said.process]))
    for kind, name, there in _named(word, said):
        yield from _unknown(kind, name, there)


def _named(word: str, said: Any) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Names a check says, with what there is of their kind."""
    match word:
        case "commands":
            yield "command", said.kind, _COMMANDS
        case "events":
            yield "event", said.type, TAGS
        case "expectation":
            yield "expectation", said.kind, _OWED
        case "milestone":
            yield "milestone", said.expected, MILESTONES
        case "sequence":
            for event, *commands in (each.split() for each in said.events):
                yield "event", event, TAGS
                yield from (("command", name, _COMMANDS) for name in commands)


def _orders_of(said: Any) -> list[str]:
    one = getattr(said, "order", "")
    return [*([one] if one else []), *getattr(said, "orders", ())]


def _unknown(kind: str, name: str, known: Any) -> Iterator[str]:
    if name not in known:
        yield f"there is no {kind} '{name}'; {closest(name, known)}"


def _stages(process: Process) -> list[str]:
    return [each.name for each in process.chart.stages] if process.chart else []


def _stage(said: words.StageIs, evidence: Evidence, *, ever: bool) -> Finding:
    subject = evidence.subject(said.order, said.delivery)
    standing = evidence.instance(subject, said.process)
    if standing is None:
        raise NotYet(f"{said.process} of {said.order} has not begun")
    moves = [each.body for each in evidence.events(subject) if isinstance(each.body, ProcessMoved)]
    came = any((move.process, move.after) == (said.process, said.expected) for move in moves)
    found = f"{said.process} of {said.order} is {standing.stage}"
    return Finding(standing.stage == said.expected or (ever and came), found)


def _exception(said: words.ExceptionIs, evidence: Evidence) -> Finding:
    rows = evidence.exceptions(evidence.subject(said.order, said.delivery))
    of_kind = [row for row in rows if row.kind == said.kind]
    if not of_kind:
        there = ", ".join(sorted({row.kind for row in rows})) or "none"
        raise NotYet(f"{said.order} has no exception {said.kind}; it has {there}")
    is_open = any(not row.resolved_at for row in of_kind)
    return Finding(is_open == (said.expected == "open"), f"{said.kind} is {'open' if is_open else 'resolved'}")


def _open_exceptions(said: words.OpenExceptions, evidence: Evidence) -> Finding:
    of = [evidence.subject(said.order), *evidence.subjects(said.order)[1:]] if said.order else [""]
    rows = [row for subject in of for row in evidence.exceptions(subject, open_only=True)]
    kinds = ", ".join(sorted(f"{row.kind} of {row.sales_order or row.subject}" for row in rows))
    return _number(said.expected, len(rows), "open exceptions", kinds)


def _expectation(said: words.ExpectationIs, evidence: Evidence) -> Finding:
    subject = evidence.subject(said.order, said.delivery)
    waiting = [
        each
        for each in evidence.timers(subject)
        if each.name.startswith(f"{_WAITS}{said.kind}/") and _by(said, each.who)
    ]
    told = [each.body for each in evidence.events(subject)]
    expired = [each for each in told if isinstance(each, ExpectationExpired) and each.kind == said.kind]
    late = [each for each in told if isinstance(each, ExpectationFulfilled) and each.kind == said.kind]
    found = {
        "waiting": bool(waiting),
        "expired": any(_by(said, each.who) for each in expired),
        "fulfilled": any(_by(said, each.who) for each in late),
    }
    names = ", ".join(f"{name}{_whose(expired or late)}" for name, so in found.items() if so) or "not waited for"
    return Finding(found[said.expected], f"{said.kind} of {said.order} is {names}")


def _by(said: words.ExpectationIs, who: str) -> bool:
    return said.who in {"", who}


def _whose(told: list[Any]) -> str:
    return f" (owed by {told[0].who})" if told else ""


def _commands(said: words.CommandsAre, evidence: Evidence) -> Finding:
    given = evidence.commands(evidence.subject(said.order, said.delivery))
    of_kind = [each for each in given if each[0] == said.kind and said.partner in {"", each[1]}]
    wanted = [each for each in of_kind if said.status in {"any", each[2]}]
    others = ", ".join(f"{status} at {partner}" for _, partner, status in of_kind)
    return _number(said.expected, len(wanted), f"{said.kind} for {said.order} ({said.status})", others)


def _events(said: words.EventsAre, evidence: Evidence) -> Finding:
    events = evidence.events(evidence.subject(said.order, said.delivery))
    count = sum(type_of(each.body) == said.type for each in events)
    return _number(said.expected, count, f"{said.type} of {said.order}")


def _sequence(said: words.InOrder, evidence: Evidence) -> Finding:
    events = evidence.events(evidence.subject(said.order, said.delivery))
    places = [next((at for at, event in enumerate(events) if _is(event, each)), -1) for each in said.events]
    missing = [each for each, place in zip(said.events, places, strict=True) if place < 0]
    if missing:
        return Finding(holds=False, found=f"{', '.join(missing)} has not happened")
    happened = [each for _, each in sorted(zip(places, said.events, strict=True))]
    return Finding(places == sorted(places), f"it was {', then '.join(happened)}")


def _is(event: Event, said: str) -> bool:
    tag, _, command = said.partition(" ")
    if type_of(event.body) != tag:
        return False
    return not command or (isinstance(event.body, RecordWritten) and event.body.what == command)


def _milestone(said: words.MilestoneIs, evidence: Evidence) -> Finding:
    found = evidence.milestone(evidence.subject(said.order, said.delivery))
    return Finding(found == said.expected, f"{said.order} is {found or 'nowhere'}")


def _holds(said: words.HoldsAre, evidence: Evidence) -> Finding:
    holds = evidence.state(evidence.subject(said.order, said.delivery)).holds()
    gates = sorted({each.partition(" ")[0] for each in holds})
    return Finding(gates == sorted(said.expected), f"{said.order} is held by {', '.join(gates) or 'nothing'}")


def _books(said: words.BooksSay, evidence: Evidence) -> Finding:
    figure = FIGURES[evidence.cast.connectors[said.partner]][said.figure]
    count = figure.count(evidence.cast.of(said.partner), evidence, said.order, said.sku)
    of = " of ".join(each for each in (said.figure, said.sku, said.order) if each)
    return _number(said.expected, count, f"{of} in {said.partner}'s books")


def _same(said: words.SameWrites, evidence: Evidence) -> Finding:
    """What Crossdock had the partner do for each order, in order."""
    seen: dict[str, tuple[str, ...]] = {}
    for order in said.orders:
        given = evidence.commands(evidence.subject(order))
        seen[order] = tuple(kind for kind, partner, status in given if partner == said.partner and status == "done")
        if not seen[order]:
            raise NotYet(f"{said.partner} has done nothing for {order}")
    told = "; ".join(f"{order}: {', '.join(kinds)}" for order, kinds in seen.items())
    return Finding(len(set(seen.values())) == 1, told)


def _settled(said: words.Settled, evidence: Evidence) -> Finding:
    counts = evidence.counts
    waiting = {"received": counts.received, "queued": counts.queued, "in doubt": counts.in_doubt}
    waiting |= {"waiting for their order": counts.waiting, "parked": counts.parked}
    allowed = {"parked": said.parked}
    found = ", ".join(f"{count} {name}" for name, count in waiting.items() if count) or "nothing waits"
    return Finding(all(count == allowed.get(name, 0) for name, count in waiting.items()), found)


def _number(wanted: float, count: Decimal | int, what: str, more: str = "") -> Finding:
    holds = Decimal(str(wanted)) == count
    plain = f"{count:f}".rstrip("0").rstrip(".") if "." in f"{count:f}" else f"{count}"
    return Finding(holds, f"{what}: {plain}{f' ({more})' if more and not holds else ''}")


_JUDGES: Mapping[str, Callable[[Any, Evidence], Finding]] = {
    "exception": _exception,
    "open_exceptions": _open_exceptions,
    "expectation": _expectation,
    "commands": _commands,
    "events": _events,
    "sequence": _sequence,
    "milestone": _milestone,
    "holds": _holds,
    "books": _books,
    "same": _same,
    "settled": _settled,
}
JUDGED = frozenset({"stage", *_JUDGES})
"""Every word that can be judged; a test compares it with those of the format."""
