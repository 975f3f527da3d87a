"""`crossdock chaos`: whole Crossdocks under seeds that decide everything, judged by the books of their partners."""

import itertools
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from msgspec import Struct, structs
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crossdock.cli import chaos_day, chaos_silence, chaos_stories
from crossdock.cli.output import AsJson, Exit, Stop, as_json, lines, note, table
from crossdock.devkit.chaos.campaign import campaign
from crossdock.devkit.chaos.running import Outcome
from crossdock.devkit.chaos.scenarios import SCENARIOS

_ALL = "all"
_SHOWN = 5


class Total(Struct):
    """One scenario's seeds: how many, how many broke a promise, processes killed, virtual hours lived."""

    seeds: int = 0
    broken: int = 0
    killed: int = 0
    virtual_hours: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """Count one more seed."""
        self.seeds += 1
        self.broken += bool(outcome.findings)
        self.killed += outcome.deaths
        self.virtual_hours += outcome.virtual_seconds / 3600


def register(app: typer.Typer) -> None:
    """Add the command, and those under it."""
    group = typer.Typer(name="chaos", invoke_without_command=True)
    group.callback()(chaos)
    chaos_day.register(group)
    chaos_silence.register(group)
    chaos_stories.register(group)
    app.add_typer(group)


def chaos(
    context: typer.Context,
    scenario: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(SCENARIOS)}, or all; may be repeated.", show_default="all")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds of each scenario.")] = 20,
    first: Annotated[int, typer.Option(min=0, help="The first seed.")] = 1,
    seed: Annotated[int | None, typer.Option(min=0, help="This seed alone, with its whole story.")] = None,
    processes: Annotated[int, typer.Option(min=0, help="Seeds at the same time; 0: one per core.")] = 0,
    json: AsJson = False,
) -> None:
    """Simulate whole Crossdocks with crashes, lost answers, pauses and outages, and compare all books at the end.

    Every seed replays exactly: crossdock chaos --scenario booking --seed 7 prints what happened, line by line.
    """
    if context.invoked_subcommand is not None:
        return
    names = _names(scenario or [_ALL])
    numbers = range(first, first + seeds) if seed is None else range(seed, seed + 1)
    runs = [(name, number) for number, name in itertools.product(numbers, names)]
    workers = min(processes or os.cpu_count() or 1, len(runs))
    outcomes: list[Outcome] = []
    for outcome in _shown(campaign(runs, workers), len(runs)):
        if seed is not None and not json:
            lines(outcome.story)
        outcomes.append(outcome if outcome.findings else structs.replace(outcome, story=()))
    _report(outcomes, json=json)
    if any(each.findings for each in outcomes):
        raise typer.Exit(Exit.FAILED)


def _names(wanted: Sequence[str]) -> list[str]:
    if _ALL in wanted:
        return list(SCENARIOS)
    for name in wanted:
        if name not in SCENARIOS:
            known = ", ".join([*SCENARIOS, _ALL])
            raise Stop(f"There is no scenario '{name}'. Choose among: {known}.", code=Exit.USAGE)
    return list(wanted)


def _shown(outcomes: Iterator[Outcome], count: int) -> Iterator[Outcome]:
    """The same, with a bar where somebody watches."""
    columns = (TextColumn("simulating"), MofNCompleteColumn(), TextColumn("{task.fields[broken]} broken"))
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=count, broken=0)
        broken = 0
        for outcome in outcomes:
            broken += bool(outcome.findings)
            bar.update(task, advance=1, broken=broken)
            yield outcome


def _report(outcomes: list[Outcome], *, json: bool) -> None:
    totals: dict[str, Total] = defaultdict(Total)
    for outcome in sorted(outcomes, key=lambda each: (list(SCENARIOS).index(each.scenario), each.seed)):
        totals[outcome.scenario].add(outcome)
    broken = [each for each in outcomes if each.findings]
    if json:
        prints = {f"{each.scenario}/{each.seed}": each.fingerprint for each in outcomes}
        as_json({"scenarios": totals, "broken": broken, "fingerprints": prints})
        return
    rows = [(name, each.seeds, each.broken, each.killed, f"{each.virtual_hours:.1f}") for name, each in totals.items()]
    table(rows, "scenario", "seeds", "broken", "processes killed", "virtual hours")
    for outcome in broken[:_SHOWN]:
        note(f"\nseed {outcome.seed} of {outcome.scenario}:")
        for finding in outcome.findings:
            note(f"  {finding.promise}: {finding.text}")
        note(f"  its story: crossdock chaos --scenario {outcome.scenario} --seed {outcome.seed}")
    if len(broken) > _SHOWN:
        note(f"\nand {len(broken) - _SHOWN} more; --json has them all")
