"""`crossdock sim run`: a scenario that business people read, played by a whole Crossdock on virtual time."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from crossdock.cli.output import AsJson, Exit, Stop, as_json, fault_rows, lines, note, print_faults, table
from crossdock.devkit.stories.format import Written, bundled, read_bundled, read_path
from crossdock.devkit.stories.playing import Failed, Line, Played, play
from crossdock.devkit.stories.telling import clock_of
from crossdock.settings.nodes import Fault
from crossdock.settings.reading import closest


def run(
    scenario: Annotated[
        list[str] | None,
        typer.Argument(help=f"{', '.join(bundled())}, all, or a file of your own (NAME.yaml)."),
    ] = None,
    story: Annotated[bool, typer.Option("--story", help="Print everything that happened, event by event.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Name the scenarios there are and stop.")] = False,
    json: AsJson = False,
) -> None:
    """Play scenarios: what is given, what happens when, and what has to hold by when. Needs no configuration.

    Ends with exit code 1 when something did not hold or could not be done. See docs/how-to/write-a-scenario.md.
    """
    if list_:
        _list(json=json)
        return
    if not scenario:
        raise Stop(f"Say which scenario: {', '.join(bundled())}, all, or a file.", code=Exit.USAGE)
    names = [name for each in scenario for name in (bundled() if each == "all" else (each,))]
    found = [(name, _read(name, json=json)) for name in names]
    played = {name: _played(written, story=story, json=json) for name, written in found}
    if json:
        as_json({name: _document(each, story=story) for name, each in played.items()})
    if len(played) > 1 and not json:
        _sum_up(played)
    if not all(each.ok for each in played.values()):
        raise typer.Exit(Exit.FAILED)


def _list(*, json: bool) -> None:
    rows = [(name, _read(name, json=json).story) for name in bundled()]
    if json:
        as_json([{"name": name, "title": each.title, "text": each.text.strip()} for name, each in rows])
    else:
        table([(name, each.title) for name, each in rows], "scenario", "what it shows")


def _read(name: str, *, json: bool) -> Written:
    if name in bundled():
        written, faults = read_bundled(name)
    elif name.endswith((".yaml", ".yml")):
        written, faults = read_path(Path(name))
    else:
        hint = closest(name, bundled())
        raise Stop(f"There is no scenario '{name}'; {hint} A file of your own ends in .yaml.", code=Exit.USAGE)
    if written is None:
        _refuse(tuple(faults), json=json)
    assert written is not None
    return written


def _refuse(faults: tuple[Fault, ...], *, json: bool) -> None:
    if json:
        as_json({"faults": fault_rows(faults)})
    print_faults(faults, error=True)
    raise Stop("Put the scenario right; docs/how-to/write-a-scenario.md has every word.", code=Exit.FAILED)


def _played(written: Written, *, story: bool, json: bool) -> Played:
    console = Console()
    if not json:
        console.print(f"[bold]{escape(written.story.title)}[/]")
    try:
        played = play(written, (lambda _line: None) if json else (lambda line: _show(console, written, line)))
    except Failed as failed:
        _refuse(failed.faults, json=json)
        raise
    if json:
        return played
    if story:
        lines(f"{clock_of(at):>14}  {text}" for at, text in played.told)
    _conclude(written, played)
    return played


def _show(console: Console, written: Written, line: Line) -> None:
    """A line for each step and check: a check that failed also says what was so, and where it stands."""
    mark = "[green]ok    [/]" if line.ok else "[bold red]failed[/]"
    text = escape(line.text) if line.part == "when" else f"  {escape(line.text)}"
    console.print(f"{clock_of(line.at):>14}  {mark}  {text}", highlight=False, soft_wrap=True)
    if not line.ok:
        place = f"{written.node.place.file}:{line.line}"
        console.print(f"{'':>14}          {escape(f'{line.found}  ({place})')}", highlight=False, soft_wrap=True)


def _conclude(written: Written, played: Played) -> None:
    checks = [each for each in played.lines if each.part == "then"]
    failed = sum(not each.ok for each in played.lines)
    lasted = clock_of(played.virtual_seconds)
    what = "everything held" if not failed else f"{failed} did not hold or could not be done"
    note(f"{written.story.title}: {len(checks)} checks until {lasted}, {what}")


def _document(played: Played, *, story: bool) -> dict[str, object]:
    rows = [
        {"at": clock_of(each.at), "seconds": each.at, "part": each.part, "ok": each.ok, "text": each.text,
         "found": each.found, "line": each.line}
        for each in played.lines
    ]  # fmt: skip
    document = {"title": played.title, "ok": played.ok, "until": clock_of(played.virtual_seconds), "lines": rows}
    told = {"story": [{"at": clock_of(at), "text": text} for at, text in played.told]}
    return document | (told if story else {})


def _sum_up(played: dict[str, Played]) -> None:
    rows = [
        (name, "ok" if each.ok else "failed", sum(line.part == "then" for line in each.lines),
         sum(not line.ok for line in each.lines))
        for name, each in played.items()
    ]  # fmt: skip
    table(rows, "scenario", "", "checks", "failed")
