"""Partners: what was agreed with each, how it stands now, and what is open with it."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from crossdock.backbone.breaker import Limits, effective
from crossdock.backbone.feed_clock import Arrival
from crossdock.model.calendars import ALWAYS, Calendar, add_working
from crossdock.ports.rows import CauseGroup, Chosen, ExchangeRow
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_delivery import BreakerMove, DueTimer
from crossdock.settings.credentials import Credential
from crossdock.views.mapping_tasks import Task, mapping_tasks
from crossdock.views.standing import Asked, PartnerLine, partners_now

TROUBLED = ("parked", "refused", "in_doubt", "retry")
MOST = 50
"""How often a partner's silence is counted; of more it is only said that there was."""

_HOUR = 3_600_000_000
_MONTH = 30 * 24 * _HOUR
_SHOWN = 8
_MOVES = 6
_TASKS = 20
_QUIET = "feed.silent"


class Agreed(Struct, frozen=True, kw_only=True):
    """What configuration says of a partner. ``silent_hours`` is how long it may say nothing (0: as long as it likes),
    counted in the time of ``calendar``, whose name is ``hours_of``; ``mode`` is test or production where its settings
    say so; ``owner`` the team its exceptions go to.
    """

    kind: str = ""
    enabled: bool = True
    owner: str = ""
    mode: str = ""
    limits: Limits = Limits()
    silent_hours: float = 0.0
    calendar: Calendar = ALWAYS
    hours_of: str = "always"
    arrivals: tuple[Arrival, ...] = ()
    credentials: tuple[Credential, ...] = ()


class Heard(Struct, frozen=True):
    """When a partner last said something (0: never), and until when it has to say something again (0: whenever it
    likes; also where it never spoke: the watch knows since when). ``overdue`` is what stands open about it, in words.
    """

    at: int
    due: int
    overdue: str = ""


class PartnerNow(Struct, frozen=True):
    """A partner in the list; ``exceptions`` are how many are open about it."""

    line: PartnerLine
    heard: Heard
    exceptions: int


class PartnerWhole(Struct, frozen=True):
    """One partner: ``owed`` is what is expected of it, ``stopped`` the newest messages that stand still or are tried
    again (``more``: and there are others), ``tasks`` what nobody has mapped, ``moves`` what happened to its breaker,
    ``broken`` how often it was silent for too long in 30 days.
    """

    now: PartnerNow
    limits: Limits
    limited: bool
    owed: Sequence[DueTimer]
    causes: Sequence[CauseGroup]
    stopped: Sequence[ExchangeRow]
    more: bool
    tasks: Sequence[Task]
    tasks_open: int
    moves: Sequence[BreakerMove]
    broken: int


Known = tuple[Asked, Agreed]
"""A configured partner: how `partners_now` asks for it, and what was agreed."""


def book(tx: Transaction, known: Sequence[Known], now: int) -> list[PartnerNow]:
    """All of them, the worst first."""
    agreed = {asked[0]: each for asked, each in known}
    quiet = _quiet(tx, "")
    counted: dict[str, int] = {}
    for group in tx.views.cause_groups():
        counted[group.partner] = counted.get(group.partner, 0) + group.count
    lines = partners_now(tx, [asked for asked, _ in known], now)
    found = [_now(tx, line, agreed[line.id], quiet, counted.get(line.id, 0)) for line in lines]
    return sorted(found, key=lambda each: (not agreed[each.line.id].enabled, not each.heard.overdue))


def whole(tx: Transaction, known: Known, now: int) -> PartnerWhole:
    """One of them."""
    asked, agreed = known
    name = asked[0]
    [line] = partners_now(tx, [asked], now)
    causes = tx.views.cause_groups(Chosen(partner=name), limit=40)
    stopped, after = tx.views.exchanges(partner=name, statuses=TROUBLED, limit=_SHOWN)
    tasks = [task for task in mapping_tasks(tx, name) if task.state != "settled"]
    health = tx.partners.health(name)
    limits = effective(agreed.limits, health)
    silent, _ = tx.views.exceptions(open_only=False, chosen=Chosen(kind=_QUIET, partner=name), limit=MOST)
    return PartnerWhole(
        _now(tx, line, agreed, _quiet(tx, name), sum(each.count for each in causes)), limits, limits != agreed.limits,
        tx.instances.expected(name, _SHOWN), causes[:_SHOWN], stopped, bool(after), tasks[:_TASKS], len(tasks),
        tx.partners.breaker_moves(name, _MOVES), sum(row.raised_at > now - _MONTH for row in silent),
    )  # fmt: skip


def _now(tx: Transaction, line: PartnerLine, agreed: Agreed, quiet: Mapping[str, str], exceptions: int) -> PartnerNow:
    rows, _ = tx.views.exchanges(partner=line.id, direction="inbound", limit=1)
    last = rows[0].received_at if rows else 0
    due = add_working(agreed.calendar, last, int(agreed.silent_hours * _HOUR)) if last and agreed.silent_hours else 0
    return PartnerNow(line, Heard(last, due, quiet.get(line.id, "")), exceptions)


def _quiet(tx: Transaction, partner: str) -> dict[str, str]:
    rows, _ = tx.views.exceptions(chosen=Chosen(kind=_QUIET, partner=partner), limit=200)
    return {row.case.partner: row.text for row in reversed(rows)}
