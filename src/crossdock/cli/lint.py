"""`crossdock lint workflows` and `crossdock contracts lint`: static checks, every finding at its file and line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import crossdock
from crossdock.cli.output import AsJson, Exit, Stop, as_json, fault_rows, note, print_faults, table
from crossdock.devkit.linting import contracts, workflows
from crossdock.devkit.linting.sources import Source, files_of, read
from crossdock.settings.nodes import Fault

Paths = Annotated[list[Path] | None, typer.Argument(help="Files and folders; Crossdock's own unless given.")]
_HOME = Path(crossdock.__file__).parent


def register(app: typer.Typer) -> None:
    """Add the commands."""
    lint = typer.Typer(name="lint", help="Static checks of what people write.", no_args_is_help=True)
    lint.command("workflows")(lint_workflows)
    group = typer.Typer(name="contracts", help="Messages: commands, queries and events.", no_args_is_help=True)
    group.command("lint")(lint_contracts)
    group.command("list")(list_messages)
    app.add_typer(lint)
    app.add_typer(group)


def lint_workflows(paths: Paths = None, json: AsJson = False) -> None:
    """Fail where workflow logic holds an address, a URL or a secret, or looks at the machine it runs on."""
    sources, faults = _read(paths or [_HOME / "processes"])
    _tell([*faults, *(each for source in sources for each in workflows.lint(source))], len(sources), json=json)


def lint_contracts(paths: Paths = None, json: AsJson = False) -> None:
    """Fail where a message has no kind or two, an event handler returns data, or a query writes."""
    sources, faults = _read(paths or _everywhere())
    _tell([*faults, *contracts.lint(sources)], len(sources), json=json)


def list_messages(paths: Paths = None, json: AsJson = False) -> None:
    """List every message with its kind."""
    sources, _ = _read(paths or _everywhere())
    rows = [(each.tag, ", ".join(kinds) or "none", each.name) for each, kinds in contracts.kinds(sources)]
    if json:
        as_json([{"tag": tag, "kind": kind, "name": name} for tag, kind, name in rows])
    else:
        table(rows, "message", "kind", "name")


def _everywhere() -> list[Path]:
    return [_HOME / name for name in ("model", "processes", "views", "api")]


def _read(paths: Sequence[Path]) -> tuple[list[Source], list[Fault]]:
    try:
        read_all = [read(path, _shown(path)) for path in files_of(paths)]
    except FileNotFoundError as problem:
        raise Stop("There is no such file or folder: say one that is there.", str(problem), Exit.USAGE) from None
    sources = [source for source, _ in read_all if source is not None]
    return sources, [fault for _, faults in read_all for fault in faults]


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _tell(faults: Sequence[Fault], looked: int, *, json: bool) -> None:
    if json:
        as_json({"ok": not faults, "files": looked, "faults": fault_rows(faults)})
    else:
        print_faults(faults)
    if faults:
        note(f"{len(faults)} to put right in {looked} files")
        raise typer.Exit(Exit.FOUND)
    note(f"{looked} files are good")
