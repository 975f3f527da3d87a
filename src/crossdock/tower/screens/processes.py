"""Processes: each one's chart with how many stand where, what is stuck, and the list behind every number."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get
from msgspec import Struct

from crossdock.ports.process import Process
from crossdock.ports.stores import Transaction
from crossdock.tower.desk import At, clean
from crossdock.tower.screen import Place, Screen
from crossdock.tower.stage_charts import BOX_HEIGHT, BOX_WIDTH, drawing
from crossdock.views.stuck import MOST, Held, Standing, held_in, standings, stuck

_ROWS = 50


class Summed(Struct, frozen=True):
    """A process in the list: how many are under way, and how many of them are late (``more``: at least)."""

    process: Process
    stages: Sequence[Standing]
    going: int
    late: int
    more: bool
    oldest: int


@get("/processes")
async def processes(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Every process with its stages: those with something stuck first."""
    known, now = desk.context.processes, desk.context.clock.now()
    found = await desk.read(lambda tx: standings(tx, known, desk.context.objectives, now))
    rows = [_summed(process, found) for process in known.values() if process.chart]
    rows.sort(key=lambda each: (-each.late, not each.going))
    silent = [each.name for each in known.values() if each.chart is None]
    return desk.page(request, "processes.html", rows=rows, silent=silent, most=MOST)


@get(["/processes/{name:str}", "/processes/{name:str}/{stage:str}"])
async def process(
    request: Request[Any, Any, Any], desk: At, name: str, stage: str = "", after: str = ""
) -> Response[Any]:
    """One: its chart, what is stuck, and with a stage those who stand in it, the longest there first."""
    known = desk.context.processes.get(clean(name))
    if known is None or known.chart is None:
        return desk.missing(request, f"No process “{name}” with stages runs here", "crossdock process list")
    now, last = desk.context.clock.now(), _last(after)

    def step(tx: Transaction) -> tuple[list[Standing], list[Held]]:
        objectives = desk.context.objectives
        mine = {known.name: known}
        found = [each for each in standings(tx, mine, objectives, now) if each.line.process == known.name]
        if not stage:
            return found, stuck(tx, found, objectives, now)
        line = next((each.line for each in found if each.line.stage == stage), None)
        objective = objectives.get((known.name, stage))
        return found, held_in(tx, line, objective, last, _ROWS + 1) if line else []

    found, held = await desk.read(step)
    standing = {each.line.stage: each for each in found}
    if stage and stage not in standing:
        return desk.missing(request, f"{known.name} has no stage “{stage}”", f"crossdock process graph {known.name}")
    return desk.page(
        request, "process.html", process=known, chart=known.chart, summed=_summed(known, found), standing=standing,
        stage=standing[stage].line if stage else None, held=held[:_ROWS],
        older=_older(known.name, stage, held) if stage else "", drawn=drawing(known.chart, stage), most=MOST,
        box=(BOX_WIDTH, BOX_HEIGHT), paged=bool(after),
    )  # fmt: skip


def _summed(process: Process, found: Sequence[Standing]) -> Summed:
    own = [each for each in found if each.line.process == process.name]
    going = [each for each in own if not each.line.final]
    return Summed(
        process,
        own,
        sum(each.line.count for each in going),
        sum(each.late for each in own),
        any(each.late >= MOST for each in own),
        min((each.line.oldest for each in going if each.line.count), default=0),
    )


def _last(after: str) -> tuple[int, str]:
    """Where a list goes on. Raises `ValueError` for an address nobody was given."""
    if not after:
        return -1, ""
    since, _, subject = after.partition(".")
    return int(since), subject


def _older(name: str, stage: str, held: Sequence[Held]) -> str:
    if len(held) <= _ROWS:
        return ""
    last = held[_ROWS - 1]
    return (
        f"/processes/{quote(name, safe='')}/{quote(stage, safe='')}?after={last.since}.{quote(last.subject, safe='')}"
    )


SCREEN = Screen(
    Place("Processes", "/processes", "workflow", "o", "Where orders stand, and what is stuck"), (processes, process)
)
