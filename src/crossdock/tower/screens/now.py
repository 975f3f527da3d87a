"""Now: what is wrong in numbers that open their list, and how partners, feeds and queues stand."""

from collections.abc import Iterator, Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.response import Redirect
from msgspec import Struct

from crossdock.ports.rows import CauseGroup, Counts, Workload
from crossdock.ports.stores import Transaction
from crossdock.tower.context import Figure
from crossdock.tower.desk import At, Desk
from crossdock.tower.screen import Place, Screen
from crossdock.tower.screens.figures import behind, ordered, trends_of
from crossdock.views.standing import PartnerLine, Stage, partners_now, stages_of
from crossdock.views.trends import SHORT

_HOUR = 3_600_000_000
_HOURS = 24
_SETTLED = 60_000_000
"""An hour is over a minute later: what was recorded in it may be committed behind its end."""
_CAUSES = 6
_SLOW = 300


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
    numbers = _standing(look, at)
    page = desk.page(
        request,
        "now.html",
        look=look,
        business=[each for each in numbers if each.queue == "business"],
        technical=[each for each in numbers if each.queue == "technical"],
        figures={queue: ordered(look.figures, queue) for queue in ("business", "technical")},
        trends=await trends_of(desk, look.figures),
    )
    return behind(desk, page, [each.name for each in look.figures], SHORT)


@get("/now/volume")
async def volume(desk: At) -> dict[str, list[int]]:
    """How many events were recorded in each of the last hours; hours that are over are counted once."""
    at = desk.context.clock.now()
    start = at - at % _HOUR
    edges = [start - _HOUR * back for back in range(_HOURS - 1, -1, -1)]
    values = [await _recorded(desk, edge, at) for edge in edges]
    for stale in [each for each in desk.volume if each < edges[0]]:
        desk.volume.pop(stale)
    return {"times": [edge // 1_000_000 for edge in edges], "values": values}


async def _recorded(desk: Desk, edge: int, now: int) -> int:
    """In the hour that begins at ``edge``."""
    if edge in desk.volume:
        return desk.volume[edge]
    count = await desk.context.store.read(lambda tx: tx.views.recorded(edge, edge + _HOUR))
    if edge + _HOUR + _SETTLED <= now:
        desk.volume[edge] = count
    return count


def _look(tx: Transaction, desk: Desk, at: int) -> Look:
    asked = [each.asked for each in desk.context.partners if each.agreed.enabled]
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


def _standing(look: Look, at: int) -> list[Number]:
    return [*_of_business(look), *_of_technique(look, at)]


def _of_business(look: Look) -> Iterator[Number]:
    open_ones = look.counts.open_exceptions
    yield _number("Open exceptions", open_ones, "/exceptions", "What somebody has to put right", live="open_exceptions")
    late = sum(each.past for each in look.workloads if each.queue == "business")
    yield _number("Past their promise", late, "/exceptions?late=1", "Not taken or not resolved in time")
    nobodys = sum(each.count for each in look.workloads if each.queue == "business" and not each.owner)
    if nobodys:
        yield _number("Nobody's", nobodys, "/exceptions?state=open", "No team owns them")


def _of_technique(look: Look, at: int) -> Iterator[Number]:
    counts, queue = look.counts, "technical"
    where = "/exceptions?queue=technical"
    about = "What is out of order between systems"
    yield _number("Exceptions", counts.technical_exceptions, where, about, queue, "technical_exceptions")
    late = sum(each.past for each in look.workloads if each.queue == queue)
    yield _number("Past their promise", late, f"{where}&late=1", "Not taken or not resolved in time", queue)
    yield _number("Parked", counts.parked, "/messages", "Messages that wait for a person", queue, "parked")
    doubt = "May have happened: the partner is asked first"
    yield _number("In doubt", counts.in_doubt, "/messages", doubt, queue, "in_doubt", "doubt")
    waited = (at - counts.oldest_queued_at) // 1_000_000 if counts.oldest_queued_at else 0
    about = f"Commands on their way, the oldest for {waited} s"
    slow = "warn" if waited > _SLOW else "plain"
    yield _number("Queued", counts.queued, "/messages?show=moving", about, queue, "queued", slow)
    about = "Facts whose order is not known yet"
    yield _number("Waiting for an order", counts.waiting, "/messages?show=waiting", about, queue, "waiting", "plain")


def _number(
    title: str, count: int, link: str, meaning: str, queue: str = "business", live: str = "", state: str = "bad"
) -> Number:
    return Number(title, f"{count:,}", state if count else "good", link, meaning, queue, live)


SCREEN = Screen(Place("Now", "/", "now", "n", "What is wrong now, and where", ("now",)), (now, volume))
