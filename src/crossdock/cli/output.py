"""What commands print: data on stdout as a table or JSON, everything else on stderr; and what exit codes mean."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.tree import Tree

from crossdock.settings.nodes import Fault

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
DryRun = Annotated[bool, typer.Option("--dry-run/--no-dry-run", help="Say what would be done and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]

_quiet = False


class Exit(IntEnum):
    """What a command's exit code means."""

    OK = 0
    FAILED = 1
    USAGE = 2
    FOUND = 3
    PARTLY = 4


class Stop(Exception):
    """End the command with two texts: what to do, and what the engineer needs."""

    def __init__(self, operator: str, engineer: str = "", code: Exit = Exit.FAILED) -> None:
        """``operator`` is one sentence that says what to do."""
        super().__init__(operator)
        self.operator = operator
        self.engineer = engineer
        self.code = code


def set_quiet(*, quiet: bool) -> None:
    """With ``quiet`` notes are not printed; errors and data are."""
    global _quiet  # noqa: PLW0603 - one process, one command
    _quiet = quiet


def note(text: str) -> None:
    """A line for people, on stderr."""
    if not _quiet:
        _console(error=True).print(escape(text), highlight=False, soft_wrap=True)


def say_both(operator: str, engineer: str) -> None:
    """The two texts of an error, on stderr."""
    console = _console(error=True)
    console.print(f"[bold red]{escape(operator)}[/]", highlight=False, soft_wrap=True)
    if engineer:
        console.print(f"[dim]{escape(engineer)}[/]", highlight=False, soft_wrap=True)


def as_json(value: object) -> None:
    """``value`` as JSON on stdout: structs by their fields, one document."""
    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    sys.stdout.write(text.decode() + "\n")


def table(rows: Iterable[Sequence[object]], *columns: str) -> None:
    """Rows on stdout; a line saying so on stderr when there is none."""
    drawn = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        drawn.add_row(*(escape(str(cell)) for cell in row))
    if drawn.row_count:
        _console().print(drawn)
    else:
        note("nothing found")


def tree(drawn: Tree) -> None:
    """A tree on stdout."""
    _console().print(drawn, soft_wrap=not sys.stdout.isatty())


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr where somebody watches; it is told how many are done, of how many."""
    console = _console(error=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=_quiet or not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def lines(texts: Iterable[str]) -> None:
    """Plain lines on stdout."""
    for text in texts:
        sys.stdout.write(f"{text}\n")


def fault_rows(faults: Iterable[Fault]) -> list[Mapping[str, Any]]:
    """Faults as JSON rows."""
    return [msgspec.to_builtins(fault) for fault in faults]


def print_faults(faults: Iterable[Fault], *, error: bool = False) -> None:
    """Each fault as ``file:line: key: text`` with what to do below it."""
    console = _console(error=error)
    for fault in faults:
        place = f"{fault.file}:{fault.line}" if fault.line else fault.file
        key = f"{fault.key} " if fault.key else ""
        console.print(f"[bold]{escape(place)}[/]: {escape(key + fault.text)}", highlight=False, soft_wrap=True)
        if fault.hint:
            console.print(f"    → {escape(fault.hint)}", highlight=False, soft_wrap=True, style="cyan")


def fail_with_faults(faults: Sequence[Fault]) -> NoReturn:
    """End the command because the configuration is not good: every fault on stderr."""
    print_faults(faults, error=True)
    raise Stop(f"Put {_count(len(faults))} of the configuration right; see also: crossdock check", code=Exit.FAILED)


def confirm(question: str, *, yes: bool) -> None:
    """Go on only when a person agreed, by ``--yes`` or at the terminal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Stop(f"{question} Say so with --yes.", code=Exit.USAGE)
    if not typer.confirm(question, err=True):
        raise Stop("Nothing was changed.")


def _count(number: int) -> str:
    return "1 fault" if number == 1 else f"{number} faults"


def _console(*, error: bool = False) -> Console:
    # Made for every line, so that it follows a redirected stream; rich itself obeys NO_COLOR.
    wide = 200 if not (sys.stderr if error else sys.stdout).isatty() else None
    return Console(stderr=error, width=wide)
