"""Partners: how each stands now, how well it does, and what is open with it."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from litestar import Request, Response, get
from msgspec import Struct

from crossdock.model.kpis import SCORECARD
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_kpis import Board
from crossdock.settings.credentials import Credential
from crossdock.tower.context import PartnerFacts
from crossdock.tower.desk import At, Desk
from crossdock.tower.screen import Place, Screen
from crossdock.tower.screens import partner_acts, partner_mapping
from crossdock.tower.screens.partner_acts import configured, unknown
from crossdock.tower.sparks import Spark, spark
from crossdock.views.partners import MOST, PartnerNow, book, whole
from crossdock.views.scorecards import NOT_MEASURED, Course, Line, course

_DAY = 86_400_000_000
_LENGTHS = {"7": "7 days", "30": "30 days", "90": "90 days"}
_PERIODS = 8
_OLD = 365 * _DAY


class Credited(Struct, frozen=True):
    """A secret's reference, and when it was written last (epoch microseconds, 0: that cannot be known)."""

    credential: Credential
    changed_at: int
    old: bool


class Scored(Struct, frozen=True):
    """A line of the scorecard with its course; ``told`` are the numbers of the periods, the oldest first."""

    line: Line
    spark: Spark | None
    told: tuple[str, ...]


@get("/partners")
async def partners(request: Request[Any, Any, Any], desk: At, done: str = "") -> Response[Any]:
    """Every configured partner, the worst first."""
    now = desk.context.clock.now()
    facts = {each.id: each for each in desk.context.partners}
    known = [(each.asked, each.agreed) for each in facts.values()]
    rows = await desk.read(lambda tx: book(tx, known, now))
    return desk.page(request, "partners.html", rows=rows, facts=facts, sums=_sums(rows, facts), done=done)


@get("/partners/{name:str}")
async def partner(request: Request[Any, Any, Any], desk: At, name: str, done: str = "") -> Response[Any]:
    """One: health, promises, what is open, its credentials; the scorecard comes by itself, for it costs more."""
    facts = configured(desk, name)
    if facts is None:
        return unknown(request, desk, name)
    now = desk.context.clock.now()
    found = await desk.read(lambda tx: whole(tx, (facts.asked, facts.agreed), now))
    return desk.page(
        request, "partner.html", facts=facts, whole=found, each=found.now, most=MOST,
        credentials=await _credited(desk, facts, now), environment=desk.context.environment, lengths=_LENGTHS,
        acts=partner_acts.possible(found.now.line, facts), done=done,
    )  # fmt: skip


@get("/partners/{name:str}/scorecard")
async def scorecard(request: Request[Any, Any, Any], desk: At, name: str, days: str = "7") -> Response[Any]:
    """How well it does, in periods of so many days; counted at most once in ten minutes."""
    facts = configured(desk, name)
    if facts is None:
        return unknown(request, desk, name)
    chosen = days if days in _LENGTHS else "7"
    at, told = await _courses(desk, facts.id, int(chosen))
    part = request.headers.get("hx-request") == "true"
    return desk.page(
        request, "_scorecard.html" if part else "scorecard.html", facts=facts, lines=[_scored(each) for each in told],
        counted_at=at, not_measured=NOT_MEASURED, periods=_PERIODS, days=chosen, lengths=_LENGTHS,
    )  # fmt: skip


async def _courses(desk: Desk, name: str, days: int) -> tuple[int, Sequence[Course]]:
    """When it was counted, and each line; a look at the store for each, so that none is long, one card at once."""
    async with desk.scoring:
        now = desk.context.clock.now()
        kept = desk.courses.get((name, days), now)
        if kept is not None:
            return kept
        board = desk.context.board
        told = [
            await desk.context.store.read(
                partial(_course, board=board, name=kpi.name, partner=name, days=days, now=now)
            )
            for kpi in SCORECARD
        ]
        return now, desk.courses.put((name, days), now, told)


def _course(tx: Transaction, board: Board, name: str, partner: str, days: int, now: int) -> Course:
    return course(tx, board, name, partner, days * _DAY, _PERIODS, now)


def _scored(told: Course) -> Scored:
    numbers = tuple("-" if value is None else f"{value:.4g}" for value in told.values)
    return Scored(told.line, spark(told.values, told.line.threshold), numbers)


async def _credited(desk: Desk, facts: PartnerFacts, now: int) -> list[Credited]:
    found = []
    for each in facts.agreed.credentials:
        at = await asyncio.to_thread(desk.context.changed_at, each.reference)
        found.append(Credited(each, at, bool(at) and now - at > _OLD))
    return found


def _sums(rows: list[PartnerNow], facts: dict[str, PartnerFacts]) -> list[tuple[str, int, str]]:
    """The few numbers above the list: what, how many, and how bad."""
    lines = [row for row in rows if facts[row.line.id].agreed.enabled]
    stopped = sum(row.line.health == "stopped" for row in lines)
    silent = sum(bool(row.heard.overdue) for row in lines)
    paused = sum(row.line.paused for row in lines)
    return [
        ("Partners", len(lines), "plain"),
        ("Held back", stopped, "bad" if stopped else "good"),
        ("Silent for too long", silent, "bad" if silent else "good"),
        ("Paused", paused, "warn" if paused else "good"),
        ("Commands waiting", sum(row.line.queued for row in lines), "plain"),
    ]


SCREEN = Screen(
    Place("Partners", "/partners", "partner", "p", "Who we work with, and how well"),
    (partners, scorecard, partner, *partner_acts.ROUTES, *partner_mapping.ROUTES),
)
