"""`crossdock parked correct`: puts right a message that nobody could read."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from crossdock import bootstrap
from crossdock.backbone.correcting import Checked, Corrector, NotCorrectable
from crossdock.bootstrap import Installation
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, now, with_store
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, Yes, as_json, confirm, lines, note
from crossdock.ports.stores import Store
from crossdock.ports.stores_inbound import Correction
from crossdock.views.correcting import Preview, preview_of

Made = tuple[Correction, bool] | None


def correct(
    exchange_id: Annotated[str, typer.Argument(help="The id of one parked message, from `crossdock parked list`.")],
    file: Annotated[Path, typer.Option(help="What it should have said, byte for byte; - is standard input.")],
    reason: Annotated[str, typer.Option(help="Why, for those who read it later.")] = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Put a parked message right.

    The file is read in its place, once, and only if the mapping can read it. The original keeps its bytes; they are in
    `crossdock parked show ID --json`.
    """
    body = _read(file)
    if not (reason.strip() or dry_run):
        raise Stop("Say why with --reason, for those who read it later.", code=Exit.USAGE)

    async def work(installation: Installation, store: Store) -> tuple[Preview, Made]:
        hub = bootstrap.hub(installation, store)
        try:
            corrector = Corrector(store, hub.replayer, installation.settings.listen.max_body)
            checked = await corrector.check(exchange_id, body, now())
            preview = preview_of(checked)
            if dry_run or not checked.acceptable:
                return preview, None
            confirm(_question(preview, exchange_id), yes=yes)
            return preview, await _made(store, checked, reason.strip()[:500])
        except NotCorrectable as refusal:
            raise Stop(refusal.operator, refusal.engineer) from None
        finally:
            await hub.close()

    preview, made = with_store(config, work)
    if json:
        as_json(_whole(preview, made))
    else:
        _print(preview, made)
    if not preview.acceptable:
        raise typer.Exit(Exit.FOUND if dry_run else Exit.FAILED)


async def _made(store: Store, checked: Checked, reason: str) -> tuple[Correction, bool]:
    moment = now()
    made = await store.run(lambda tx: Corrector.make(tx, checked, actor(), reason, moment))
    store.wake("inbound")
    return made


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as problem:
        raise Stop(f"'{file}' cannot be read.", str(problem), Exit.USAGE) from None


def _question(preview: Preview, exchange_id: str) -> str:
    return f"Correct {exchange_id} with {len(preview.changed)} orders changed and {len(preview.calls)} calls made?"


def _whole(preview: Preview, made: Made) -> dict[str, object]:
    correction, first = made or (None, False)
    return {
        "acceptable": preview.acceptable,
        "corrected": correction is not None,
        "exchange_id": correction.exchange_id if correction else "",
        "repeated": correction is not None and not first,
        "faults": preview.complaints,
        "ends": preview.ends,
        "facts": preview.facts,
        "known": preview.known,
        "events": preview.events,
        "changed": preview.changed,
        "calls": [{"partner": who, "kind": kind, "subject": subject} for who, kind, subject in preview.calls],
        "unknown_codes": preview.unknown_codes,
        "new_fields": preview.new_fields,
        "difference": [
            {"mark": each.mark, "old": each.old, "new": each.new, "text": each.whole} for each in preview.difference
        ],
    }


def _print(preview: Preview, made: Made) -> None:
    lines(f"{each.mark} {each.whole}" for each in preview.difference)
    for fault in preview.complaints:
        place = f"line {fault.line}, column {fault.column} " if fault.line else ""
        note(f"{place}{fault.pointer or '/'}: {fault.engineer}")
        note(f"    → {fault.operator}")
    if not preview.acceptable:
        note("nothing was changed")
        return
    if preview.ends:
        note(f"it says {preview.facts} facts ({preview.known} known already) and would end as {preview.ends}")
    note(f"{len(preview.changed)} orders would change, {len(preview.calls)} external effects")
    for who, kind, subject in preview.calls[:20]:
        note(f"    {kind} to {who} for {subject}")
    if made is None:
        note("nothing was changed; do it without --dry-run")
    else:
        note(f"{made[0].exchange_id} stands for it now" if made[1] else f"{made[0].exchange_id} stood for it already")
