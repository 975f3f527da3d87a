"""`crossdock chaos day`: a peak day with every fault on, in which every figure has to be explained."""

from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from msgspec import structs
from rich.console import Console

from crossdock.cli.bench import profile_of
from crossdock.cli.output import AsJson, Exit, as_json, lines, note, table
from crossdock.devkit.capacity.profile import shipped
from crossdock.devkit.chaos.running import prepare, workspace
from crossdock.devkit.peakday.drawing import plain, svg
from crossdock.devkit.peakday.plan import FEWEST_ORDERS, DayOptions
from crossdock.devkit.peakday.report import Report, judged
from crossdock.devkit.peakday.running import run_day
from crossdock.devkit.peakday.shape import HOUR
from crossdock.devkit.peakday.staging import Day

_SHOWN = 10


def register(group: typer.Typer) -> None:
    """Add the command to ``crossdock chaos``."""
    group.command("day")(day)


def day(
    hours: Annotated[int, typer.Option(min=1, max=24, help="Virtual hours; the busiest run of the day.")] = 24,
    orders: Annotated[int, typer.Option(min=FEWEST_ORDERS, help="Orders in all of them.")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="What decides everything; the same seed gives the same day.")] = 1,
    profile: Annotated[
        str, typer.Option(help=f"The shape of the day: {', '.join(shipped())}, or a file of your own.")
    ] = "peak-day",
    picture: Annotated[Path | None, typer.Option("--svg", help="Draw the day into this SVG file.")] = None,
    story: Annotated[Path | None, typer.Option(help="Write the whole story, line by line, into this file.")] = None,
    json: AsJson = False,
) -> None:
    """Simulate a peak day with every fault on; compare every figure with the books of partners and of faults.

    Exit code 1 when a promise was broken or a figure is not explained; the same options give the same day again.
    """
    options = DayOptions(hours, orders, seed, profile_of(profile))
    with workspace() as folder:
        report: Report = run_day(options, prepare(Path(folder)), judged, _progress())
    if picture is not None:
        picture.write_text(svg(report), encoding="utf-8")
    if story is not None:
        story.write_text("\n".join(report.story) + "\n", encoding="utf-8")
    if json:
        as_json(structs.replace(report, story=() if report.is_explained else report.story))
    else:
        _show(report)
    if not report.is_explained:
        raise typer.Exit(Exit.FAILED)


class _Progress:
    """A line an hour where somebody watches."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)

    def __call__(self, day: Day) -> None:
        if self._console.is_terminal:
            hour, number = day.chaos.loop.time() / HOUR, len(day.orders)
            self._console.print(f"hour {hour:>4.0f}  {number:>5} orders  {len(day.chaos.faults.all):>6} faults")


def _progress() -> _Progress:
    return _Progress()


def _show(report: Report) -> None:
    lines([*plain(report), ""])
    rows = [(each.name, each.value, each.because) for each in report.figures]
    groups = {each.name: each.group for each in report.figures}
    for name, some in groupby(rows, key=lambda row: groups[row[0]]):
        table(list(some), name, "value", "explained by")
    table([(kind, number) for kind, number in sorted(report.counted.items())], "faults", "noted")
    if report.late:
        late = [(each.name, each.level, f"{each.took:.0f}", f"{each.allowed:.0f}", f"{each.fault}, {each.whom}")
                for each in report.late]  # fmt: skip
        table(late, "late order", "level", "seconds", "promised", "held up the longest by")
    _ask(report)


def _ask(report: Report) -> None:
    for finding in report.findings:
        note(f"BROKEN {finding.promise}: {finding.text}")
    for each in report.unexplained[:_SHOWN]:
        note(f"UNEXPLAINED {each.figure}: {each.text}")
    if len(report.unexplained) > _SHOWN:
        note(f"and {len(report.unexplained) - _SHOWN} more; --json has them all")
    if report.is_explained:
        lines([f"{len(report.figures)} figures, all explained; every promise held"])
    else:
        again = f"crossdock chaos day --hours {report.hours} --orders {report.orders} --seed {report.seed}"
        note(f"its story: {again} --story day.txt")
