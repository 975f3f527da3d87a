"""`crossdock golden`: how far the connectors agree with a set of messages whose events are known."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from crossdock.catalog import BrokenPlugin, UnknownPlugin, connectors
from crossdock.cli.opening import now
from crossdock.cli.output import AsJson, Exit, as_json, note, table
from crossdock.devkit.golden import Difference, Judged, expected_of, files_of, judge, totals
from crossdock.devkit.specimen import specimen_connector
from crossdock.ports.connector import Received, Translation

_COLUMNS = ("files", "right", "missing", "extra", "milestone", "category", "instant", "reason", "crashes")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("golden")(golden)


def golden(
    folder: Annotated[Path, typer.Argument(help="Folder with GOLDEN.tsv, INDEX.tsv and a folder per partner.")],
    partner: Annotated[list[str] | None, typer.Option(help="Only these partners' folders; may be repeated.")] = None,
    known: Annotated[
        Path | None,
        typer.Option(help="File of known differences: key, tab, why. New ones fail the command, and gone ones too."),
    ] = None,
    least: Annotated[float, typer.Option(help="Smallest share of right events that is good enough.")] = 1.0,
    json: AsJson = False,
) -> None:
    """Translate every message of a golden set and compare: events right, missing, extra, wrong in one thing."""
    try:
        expected = expected_of(folder)
        files = [each for each in files_of(folder) if not partner or each[0] in partner]
        allowed = _allowed(known)
    except (OSError, KeyError) as problem:
        note(f"Name a folder with GOLDEN.tsv and INDEX.tsv in the documented columns. ({problem})")
        raise typer.Exit(Exit.USAGE) from None
    found: dict[str, Judged] = {}
    for name, file, path in files:
        translation, crash = _translation(name, path)
        judged = judge(file, expected.get(file, []), translation)
        judged.crashes += bool(crash)
        judged.differences += [Difference(f"{file}: {crash}")] if crash else []
        found.setdefault(name, Judged()).add(judged)
    whole = totals(found)
    new = [each for each in whole.differences if each.key not in allowed]
    gone = sorted(allowed - {each.key for each in whole.differences}) if not partner else []
    _print(found, whole, new, gone, json=json)
    if new or gone or whole.right < least * whole.expected:
        raise typer.Exit(Exit.FAILED)


def _allowed(known: Path | None) -> set[str]:
    if known is None:
        return set()
    lines = known.read_text(encoding="utf-8").splitlines()
    return {line.partition("\t")[0].strip() for line in lines if line.strip() and not line.startswith("#")}


def _translation(partner: str, path: Path) -> tuple[Translation, str]:
    """What the connector makes of a file, and the crash where it has one."""
    try:
        connector = specimen_connector(connectors().get(partner), partner)
        return connector.translate(Received("file", path.read_bytes(), {}, now())), ""
    except (UnknownPlugin, BrokenPlugin, OSError) as problem:
        return Translation(), f"not translated: {problem}"
    except Exception as problem:  # noqa: BLE001 - a mapping that raises is what this looks for
        return Translation(), f"crash: {type(problem).__name__} {problem}"


def _print(found: dict[str, Judged], whole: Judged, new: list[Difference], gone: list[str], *, json: bool) -> None:
    share = whole.right / whole.expected if whole.expected else 1.0
    if json:
        partners = {name: msgspec.to_builtins(judged) for name, judged in found.items()}
        as_json(
            {
                "partners": partners,
                "right": whole.right,
                "expected": whole.expected,
                "share": share,
                "new": new,
                "gone": gone,
            }
        )
        return
    rows = [(name, *(getattr(judged, column) for column in _COLUMNS)) for name, judged in sorted(found.items())]
    rows.append(("all", *(getattr(whole, column) for column in _COLUMNS)))
    table(rows, "partner", *_COLUMNS)
    for each in new:
        note(str(each))
    for key in gone:
        note(f"no longer there, take it off the list of known differences: {key}")
    note(
        f"{whole.right} of {whole.expected} events right ({share:.1%}), {whole.extra} extra, {len(new)} new differences"
    )
