"""`crossdock audit`: who did what, when, why, to which object, over which door."""

from typing import Annotated

import typer

from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, read
from crossdock.cli.output import AsJson, Exit, Stop, as_json, note, table
from crossdock.model.instants import InvalidInstant, epoch_us, rfc3339, stamp
from crossdock.ports.stores_doors import Audited
from crossdock.views.audit import AuditLine, audit_lines

Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="Entries at most.")]
Instant = "such as 2026-11-23 or 2026-11-23T14:00:00+01:00; UTC where no offset is given."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="audit", help="Who did what, when and why.", no_args_is_help=True)
    group.command("list")(list_audit)
    app.add_typer(group)


def list_audit(
    actor: Annotated[str, typer.Option("--actor", help="Who, as the audit names them: tower:mara, cli:root.")] = "",
    action: Annotated[str, typer.Option("--action", help="What: desk.void, or a family such as desk.")] = "",
    target: Annotated[str, typer.Option("--target", help="To which object: an order, message, partner…")] = "",
    text: Annotated[str, typer.Option("--text", help="What stands in actor, object or reason.")] = "",
    since: Annotated[str, typer.Option("--since", help=f"From when, {Instant}")] = "",
    until: Annotated[str, typer.Option("--until", help=f"Before when, {Instant}")] = "",
    *,
    cursor: Annotated[str, typer.Option("--cursor", help="`next` of the page before.")] = "",
    limit: Limit = 50,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """List entries of the audit, newest first."""
    chosen = Audited(actor, action, target, text, _instant(since), _instant(until))
    try:
        lines, following = read(config, lambda tx: audit_lines(tx, chosen, after=cursor, limit=limit))
    except ValueError as problem:
        raise Stop("This is no cursor of the audit: begin without --cursor.", str(problem), Exit.USAGE) from None
    if json:
        as_json({"items": lines, "next": following})
        return
    table((_cells(each) for each in lines), "when", "who", "door", "action", "object", "reason")
    if following:
        note(f"more with: --cursor '{following}'")


def _cells(line: AuditLine) -> tuple[str, ...]:
    return rfc3339(line.at), line.who, line.door, line.action, line.target, line.detail


def _instant(text: str) -> int:
    if not text:
        return 0
    try:
        return max(epoch_us(stamp(text)), 1)
    except InvalidInstant as problem:
        raise Stop(f"Write times as 2026-11-23T14:00: {problem}.", code=Exit.USAGE) from None
