"""Now: what is wrong in numbers that open their list, and how partners, feeds and queues stand."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.response import Redirect
from msgspec import Struct

from crossdock.ports.rows import CauseGroup, Counts, Workload
from crossdock.ports.stores import Transaction
from crossdock.tower.context import Figure
from crossdock.tower.desk import At, Desk
from crossdock.tower.screen import Place, Screen
from crossdock.views.standing import PartnerLine, Stage, partners_now, stages_of, told_by

_HOUR = 3_600_000_000
_HOURS = 24
_CAUSES = 6


class Number(Struct, frozen=True):
    """One figure of this screen; ``live`` names the field of `Counts` that keeps it fresh."""

    title: str
    text: str
    state: str
    link: str
    meaning: str
    queue: str
    live: str = ""


class Look(Struct, frozen=True):
    """What one look at the store gives."""

    counts: Counts
    workloads: Sequence[Workload]
    business: Sequence[CauseGroup]
    technical: Sequence[CauseGroup]
    stages: Sequence[Stage]
    partners: Sequence[PartnerLine]
    figures: Sequence[Figure]


@get("/")
async def now(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Business and technical apart: each number is a link to what it counts."""
    if request.url.query:  # lists were here once, and links to them are kept
        return Redirect(f"/search?{request.url.query}", status_code=303)
    at = desk.context.clock.now()
    look = await desk.context.store.read(lambda tx: _look(tx, desk, at))
    desk.live.note(look.counts)
    numbers = [*_standing(look, at), *map(_shown, look.figures)]
    return desk.page(
        request,
        "now.html",
        look=look,
        business=[each for each in numbers if each.queue == "business"],
        technical=[each for each in numbers if each.queue == "technical"],
    )


@get("/now/volume")
async def volume(desk: At) -> dict[str, list[int]]:
    """How many events were recorded in each of the last hours; hours that are over are counted once."""
    at = desk.context.clock.now()
    start = at - at % _HOUR
    edges = [start - _HOUR * back for back in range(_HOURS - 1, -1, -1)]
    for edge in edges:
        if edge not in desk.volume:
            desk.volume[edge] = await desk.context.store.read(lambda tx, edge=edge: told_by(tx, edge))
    total = (await desk.context.store.read(lambda tx: tx.views.counts())).events
    marks = [desk.volume[edge] for edge in edges] + [total]
    for stale in [each for each in desk.volume if each < edges[0]]:
        desk.volume.pop(stale)
    return {
        "times": [edge // 1_000_000 for edge in edges],
        "values": [marks[place + 1] - marks[place] for place in range(len(edges))],
    }


def _look(tx: Transaction, desk: Desk, at: int) -> Look:
    asked = [(each.id, each.title, each.feeds) for each in desk.context.partners]
    groups = tx.views.cause_groups()
    figures = desk.context.figures
    return Look(
        tx.views.counts(),
        tx.views.workloads(at),
        [each for each in groups if each.queue == "business"][:_CAUSES],
        [each for each in groups if each.queue == "technical"][:_CAUSES],
        stages_of(tx.views.queues(at)),
        partners_now(tx, asked, at),
        figures(tx, at) if figures else (),
    )


def _shown(figure: Figure) -> Number:
    return Number(figure.title, figure.text, figure.state, figure.link, figure.why or figure.meaning, figure.queue)


def _standing(look: Look, at: int) -> list[Number]:
    counts = look.counts
    business = [each for each in look.workloads if each.queue == "business"]
    late = sum(each.past for each in business)
    unowned = sum(each.count for each in business if not each.owner)
    technical_late = sum(each.past for each in look.workloads if each.queue == "technical")
    oldest = (at - counts.oldest_queued_at) // 1_000_000 if counts.oldest_queued_at else 0
    return [
        _number("Open exceptions", counts.open_exceptions, "/exceptions", "What somebody has to put right", "business", "open_exceptions"),
        _number("Past their promise", late, "/exceptions?late=1", "Not taken or not resolved in time", "business"),
        *([_number("Nobody's", unowned, "/exceptions?owner=", "No team owns this kind", "business")] if unowned else []),
        _number("Technical exceptions", counts.technical_exceptions, "/exceptions?queue=technical", "What is out of order between systems", "technical", "technical_exceptions"),
        *([_number("Late, technical", technical_late, "/exceptions?queue=technical&late=1", "Past their promise", "technical")] if technical_late else []),
        _number("Parked", counts.parked, "/messages", "Messages that wait for a person", "technical", "parked"),
        _number("In doubt", counts.in_doubt, "/messages", "May have happened: the partner is asked first", "technical", "in_doubt", "doubt"),
        _number("Queued", counts.queued, "/messages?show=moving", f"Commands on their way, the oldest for {oldest} s", "technical", "queued", "warn" if oldest > 300 else "plain"),
        _number("Waiting for their order", counts.waiting, "/messages?show=waiting", "Facts whose order is not known yet", "technical", "waiting", "plain"),
    ]  # fmt: skip


def _number(title: str, count: int, link: str, meaning: str, queue: str, live: str = "", state: str = "bad") -> Number:
    return Number(title, f"{count:,}", state if count else "good", link, meaning, queue, live)


SCREEN = Screen(Place("Now", "/", "now", "n", "What is wrong now, and where", ("now",)), (now, volume))
