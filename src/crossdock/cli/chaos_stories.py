"""`crossdock chaos stories`: scenarios played while Crossdock dies; what they promise has to hold all the same."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from crossdock.cli.output import AsJson, Exit, Stop, as_json, lines, note, print_faults, progress, table
from crossdock.devkit.stories.deaths import Survived, campaign
from crossdock.devkit.stories.format import bundled, read_bundled, read_path
from crossdock.devkit.stories.playing import Failed
from crossdock.devkit.stories.telling import clock_of

_SHOWN = 5


class Sum(Struct):
    """One scenario's seeds: how many, in how many something did not hold, and how often Crossdock died."""

    seeds: int = 0
    broken: int = 0
    deaths: int = 0


def register(group: typer.Typer) -> None:
    """Add the command to ``crossdock chaos``."""
    group.command("stories")(stories)


def stories(
    scenario: Annotated[
        list[str] | None, typer.Argument(help=f"{', '.join(bundled())}, or files of your own; all of them unless said.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds of each scenario.")] = 10,
    first: Annotated[int, typer.Option(min=0, help="The first seed.")] = 1,
    grace: Annotated[float, typer.Option(min=0, help="Minutes that what has to come may come later.")] = 10.0,
    processes: Annotated[int, typer.Option(min=0, help="Seeds at the same time; 0: one per core.")] = 0,
    json: AsJson = False,
) -> None:
    """Play scenarios while Crossdock dies one to three times at an I/O step and another one takes over.

    Every check of the scenario has to hold all the same, if up to --grace minutes later. The same seed dies the same
    deaths. Exit code 1 when something did not hold.
    """
    names = scenario or list(bundled())
    for name in names:
        _look(name)
    broken: list[tuple[str, Survived]] = []
    sums = {name: Sum() for name in names}
    with progress("stories") as tell:
        try:
            for number, (name, survived) in enumerate(
                campaign(names, range(first, first + seeds), grace, processes), 1
            ):
                _count(sums[name], survived)
                broken += [] if survived.ok else [(name, survived)]
                tell(number, len(names) * seeds)
        except Failed as failed:
            print_faults(failed.faults, error=True)
            raise Stop("Put the scenario right: it has to hold before anything dies in it.", code=Exit.FAILED) from None
    _show(sums, broken, json=json)
    if broken:
        raise typer.Exit(Exit.FAILED)


def _look(name: str) -> None:
    if name in bundled():
        written, faults = read_bundled(name)
    elif name.endswith((".yaml", ".yml")):
        written, faults = read_path(Path(name))
    else:
        raise Stop(f"There is no scenario '{name}': {', '.join(bundled())}, or a file NAME.yaml.", code=Exit.USAGE)
    if written is None:
        print_faults(faults, error=True)
        raise Stop("Put the scenario right; docs/how-to/write-a-scenario.md has every word.", code=Exit.FAILED)


def _count(total: Sum, survived: Survived) -> None:
    total.seeds += 1
    total.broken += not survived.ok
    total.deaths += len(survived.where)


def _show(sums: dict[str, Sum], broken: Sequence[tuple[str, Survived]], *, json: bool) -> None:
    if json:
        as_json({"scenarios": sums, "broken": [_document(*each) for each in broken]})
        return
    table([(name, each.seeds, each.deaths, each.broken) for name, each in sums.items()],
          "scenario", "seeds", "deaths", "broken")  # fmt: skip
    for name, survived in broken[:_SHOWN]:
        note(f"{name}, seed {survived.seed}: died {'; '.join(survived.where)}")
        lines(f"{clock_of(each.at):>14}  line {each.line}: {each.text}: {each.found}" for each in survived.failed)
    if len(broken) > _SHOWN:
        note(f"… and {len(broken) - _SHOWN} more (--json has all of them)")


def _document(name: str, survived: Survived) -> dict[str, object]:
    failed = [{"at": clock_of(each.at), "line": each.line, "text": each.text, "found": each.found}
              for each in survived.failed]  # fmt: skip
    return {"scenario": name, "seed": survived.seed, "died": survived.where, "failed": failed}
