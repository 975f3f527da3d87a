"""`crossdock runbook`: what to do in an emergency, and the proof that its steps work."""

import asyncio
import tempfile
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from msgspec import Struct

from crossdock.cli.output import AsJson, Exit, Stop, as_json, lines, note, table
from crossdock.cli.runbook_pages import Page, Step, pages
from crossdock.cli.runbook_stage import Failed, carry_out

runbooks = typer.Typer(help="What to do in an emergency; each step is tested against simulators.", no_args_is_help=True)
_MARKS = {"situation": "·", "sh": "$", "outcome": "✓"}


class Verdict(Struct, frozen=True):
    """What came of one runbook; ``failed`` is the step that did not go as the page says."""

    name: str
    steps: int
    seconds: float
    failed: Failed | None


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(runbooks, name="runbook")


@runbooks.command("list")
def show_all(json: AsJson = False) -> None:
    """List the runbooks."""
    found = pages().values()
    if json:
        as_json([{"name": each.name, "title": each.title, "steps": len(list(each.steps()))} for each in found])
    else:
        table(((each.name, each.title, len(list(each.steps()))) for each in found), "name", "when", "tested steps")


@runbooks.command("show")
def show(
    name: Annotated[str, typer.Argument(help="The runbook, from crossdock runbook list.")], json: AsJson = False
) -> None:
    """Print one runbook."""
    page = _page(name)
    if json:
        as_json({"name": page.name, "text": page.text, "steps": list(page.steps())})
    else:
        lines([page.text])


@runbooks.command("test")
def rehearse(
    name: Annotated[str, typer.Argument(help="The runbook; or --all.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every runbook there is.")] = False,
    json: AsJson = False,
) -> None:
    """Carry out a runbook's steps in a temporary installation with simulated partners, and check what it promises.

    Nothing of your installation is touched.
    """
    if bool(name) == every:
        raise Stop("Name one runbook, or say --all.", code=Exit.USAGE)
    found = [_tested(page, quiet=json) for page in (pages().values() if every else [_page(name)])]
    if json:
        as_json(found)
    else:
        rows = ((each.name, each.steps, f"{each.seconds:.0f} s", _said(each)) for each in found)
        table(rows, "runbook", "steps", "took", "verdict")
    if any(each.failed for each in found):
        raise typer.Exit(Exit.FAILED)


def _tested(page: Page, *, quiet: bool) -> Verdict:
    def told(step: Step) -> None:
        if not quiet:
            note(f"{page.name}:{step.line} {_MARKS[step.kind]} {step.text}")

    began = monotonic()
    with tempfile.TemporaryDirectory(prefix="crossdock-runbook-") as folder:
        try:
            failed = asyncio.run(carry_out(page, Path(folder), told))
        except Stop as stop:
            failed = Failed(Step("situation", "the installation", 0), f"{stop.operator} {stop.engineer}")
    if failed and not quiet:
        note(f"{page.name}:{failed.step.line} FAILED {failed.step.text}: {failed.why}")
    return Verdict(page.name, len(list(page.steps())), monotonic() - began, failed)


def _said(verdict: Verdict) -> str:
    return f"line {verdict.failed.step.line}: {verdict.failed.step.text}" if verdict.failed else "as the page says"


def _page(name: str) -> Page:
    found = pages()
    if name not in found:
        raise Stop(f"There is no runbook '{name}'. Those are: {', '.join(found)}.", code=Exit.USAGE)
    return found[name]
