"""Exceptions: what somebody has to put right, by cause, with whose it is, until when, and what is at stake."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get
from msgspec import Struct

from crossdock.model.exception_kinds import SEVERITIES, Kind, kind_of
from crossdock.ports.rows import CauseGroup, ExceptionRow, ShipmentRow, Workload
from crossdock.ports.stores import Transaction
from crossdock.tower.desk import At, Desk, clean
from crossdock.tower.screen import Place, Screen
from crossdock.tower.screens import exception_acts, linking
from crossdock.tower.screens.exception_filter import QUEUES, STATES, Filter, filter_of
from crossdock.tower.screens.filters import kept_here
from crossdock.views.exceptions import Whole, code_of, whole
from crossdock.views.linking import WaitingLine, waiting_line

_ROWS = 100
_SHOWN = 6


class Cause(Struct, frozen=True):
    """Open exceptions with one cause: the newest of them, and how many more there are."""

    group: CauseGroup
    kind: Kind
    rows: Sequence[ExceptionRow]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.group.count - len(self.rows)


class Listed(Struct, frozen=True):
    """What one look at the store gives: causes (none where resolved ones are shown), rows, and who works on what."""

    causes: Sequence[Cause]
    rows: Sequence[ExceptionRow]
    older: str
    workloads: Sequence[Workload]


@get("/exceptions")
async def exceptions(request: Request[Any, Any, Any], desk: At, after: str = "", done: str = "") -> Response[Any]:
    """Open ones by cause; one cause, or resolved ones, as a plain list."""
    chosen = filter_of(request.query_params)
    now = desk.context.clock.now()
    kept_step = kept_here(request, desk, "exceptions")
    listed, kept = await desk.read(lambda tx: (_listed(tx, chosen, after, now), kept_step(tx)))
    newest = max((row.raised_at for row in listed.rows), default=0)
    return desk.page(
        request,
        "exceptions.html",
        filter=chosen,
        listed=listed,
        total=sum(cause.group.count for cause in listed.causes),
        older=f"/exceptions?{chosen.query(after=listed.older)}" if listed.older else "",
        fresh_at=f"/exceptions/fresh?{chosen.query(since=str(newest))}",
        summary=_summary(listed.workloads, chosen.queue),
        kept=kept,
        words=_words(desk, listed),
        done=done,
    )


@get("/exceptions/fresh")
async def fresh(request: Request[Any, Any, Any], desk: At, since: int = 0) -> dict[str, int]:
    """How many were raised since the list was read."""
    chosen, now = filter_of(request.query_params), desk.context.clock.now()

    def step(tx: Transaction) -> int:
        standing = chosen.state != "resolved"
        pages = (tx.views.exceptions(open_only=standing, chosen=each, limit=_ROWS)[0] for each in chosen.each(now))
        return sum(row.raised_at > since for rows in pages for row in rows)

    return {"count": await desk.context.store.read(step)}


@get("/exceptions/{exception_id:str}")
async def exception(request: Request[Any, Any, Any], desk: At, exception_id: str) -> Response[Any]:
    """One: what to do, its clock, its history, its messages; and its neighbours in the list it was opened from."""
    chosen = filter_of(request.query_params)
    name = clean(exception_id)
    now = desk.context.clock.now()

    def step(tx: Transaction) -> tuple[Whole | None, ShipmentRow | None, WaitingLine | None, str, str]:
        found = whole(tx, name)
        if found is None:
            return None, None, None, "", ""
        waits = waiting_line(tx, found.case.cause) if not found.case.resolved_at else None
        return (found, tx.views.shipment(found.case.subject), waits, *_neighbours(tx, name, chosen, now))

    found, order, waits, before, behind = await desk.read(step)
    if found is None:
        return desk.missing(request, f"There is no exception “{exception_id}”", "crossdock exceptions list")
    listed = filter_of({**chosen.words(), "queue": found.case.queue})
    return desk.page(
        request, "exception.html", whole=found, case=found.case, row=order, filter=listed, before=before, behind=behind,
        done=request.query_params.get("done", ""), known={each.id for each in desk.context.partners},
        unmapped=code_of(found.case), waits=waits,
        link_at=linking.link_to(found.case.cause, f"/exceptions/{found.case.id}") if waits else "",
    )  # fmt: skip


def _listed(tx: Transaction, chosen: Filter, after: str, now: int) -> Listed:
    standing = chosen.state != "resolved"
    rows: list[ExceptionRow] = []
    older = ""
    for asked in chosen.each(now):
        more, older = tx.views.exceptions(open_only=standing, chosen=asked, after=after, limit=_ROWS)
        rows += more
    workloads = tx.views.workloads(now)
    if not standing or chosen.group or after:
        return Listed((), rows, older, workloads)
    groups = [group for asked in chosen.each(now) for group in tx.views.cause_groups(asked)]
    return Listed(_causes(groups, rows), rows, "", workloads)


def _causes(groups: Sequence[CauseGroup], rows: Sequence[ExceptionRow]) -> list[Cause]:
    """The most pressing first: severity, then broken promises, then how many."""
    of: dict[str, list[ExceptionRow]] = {}
    for row in rows:
        of.setdefault(row.case.cause_group, []).append(row)
    causes = [Cause(each, kind_of(each.kind), of.get(each.id, [])[:_SHOWN]) for each in groups]
    return sorted(causes, key=_pressing, reverse=True)


def _pressing(cause: Cause) -> tuple[int, int, int]:
    ranks: dict[str, int] = {name: rank for rank, name in enumerate(SEVERITIES)}
    severities: list[str] = [row.case.severity for row in cause.rows] or [cause.kind.severity]
    return max(ranks.get(each, 0) for each in severities), cause.group.breached, cause.group.count


def _neighbours(tx: Transaction, name: str, chosen: Filter, now: int) -> tuple[str, str]:
    """The exceptions before and behind one in the list it was opened from, in the order they are shown."""
    listed = _listed(tx, chosen, "", now)
    shown = [row for cause in listed.causes for row in cause.rows] or listed.rows
    ids = [row.case.id for row in shown]
    if name not in ids:
        return "", ids[0] if ids else ""
    at = ids.index(name)
    return ids[at - 1] if at else "", ids[at + 1] if at + 1 < len(ids) else ""


class Summary(Struct, frozen=True):
    """A queue in numbers: how many are open, past their promise, and of whom."""

    count: int
    past: int
    owners: Sequence[tuple[str, int, int]]


def _summary(workloads: Sequence[Workload], queue: str) -> Summary:
    own = [each for each in workloads if each.queue == queue]
    owners: dict[str, tuple[int, int]] = {}
    for each in own:
        count, past = owners.get(each.owner, (0, 0))
        owners[each.owner] = (count + each.count, past + each.past)
    listed = sorted(((name, *numbers) for name, numbers in owners.items()), key=lambda each: (-each[1], each[0]))
    return Summary(sum(each.count for each in own), sum(each.past for each in own), listed)


def _words(desk: Desk, listed: Listed) -> dict[str, Sequence[str]]:
    """What can be chosen in each filter."""
    cases = [row.case for row in listed.rows]
    return {
        "queue": QUEUES,
        "state": STATES,
        "severity": tuple(reversed(SEVERITIES)),
        "owner": sorted({*desk.context.teams, *(each.owner for each in cases)} - {""}),
        "assignee": sorted({each.assignee for each in cases} - {""}),
        "partner": sorted({*(each.id for each in desk.context.partners), *(each.partner for each in cases)} - {""}),
    }


SCREEN = Screen(
    Place(
        "Exceptions",
        "/exceptions",
        "alert",
        "e",
        "What somebody has to put right",
        ("references",),
        ("open_exceptions",),
    ),
    (exceptions, fresh, exception, *exception_acts.ROUTES, *linking.ROUTES),
)
