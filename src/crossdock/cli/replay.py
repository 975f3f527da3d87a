"""`crossdock replay`: reads kept messages again with today's mapping; says first what would follow."""

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

import typer

from crossdock import bootstrap
from crossdock.backbone.replay import Change, Plan, Replayer, Selection, UnknownFlow
from crossdock.bootstrap import Installation
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, now, with_store
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, Yes, as_json, confirm, note, progress, table
from crossdock.ports.stores import Store

_SECOND = 1_000_000
_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay")(replay)


def replay(  # noqa: PLR0917 - Typer makes options of parameters
    ids: Annotated[list[str] | None, typer.Option("--id", help="This exchange; may be given several times.")] = None,
    since: Annotated[str, typer.Option(help="Received at or after: 2026-03-01, 2026-03-01T08:00, or 24h, 90m.")] = "",
    until: Annotated[str, typer.Option(help="Received before; written like --since.")] = "",
    partner: Annotated[str, typer.Option(help="Only this partner's messages.")] = "",
    flow: Annotated[
        str,
        typer.Option(help="Only messages that say something to this process (order_to_ship) or family (tracking)."),
    ] = "",
    effects: Annotated[bool, typer.Option(help="Let commands leave; without it the replay stays inside.")] = False,
    dry_run: DryRun = True,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Read kept messages again with today's mapping. By default only says what would follow; --yes does it."""
    if not (ids or since or until or partner or flow):
        raise Stop("Say which messages: --id, --since, --until, --partner or --flow.", code=Exit.USAGE)
    moment = now()
    selection = Selection(tuple(ids or ()), moment_of(since, moment), moment_of(until, moment), partner, flow)

    async def work(installation: Installation, store: Store) -> tuple[Plan, int]:
        hub = bootstrap.hub(installation, store)
        try:
            plan = await _planned(hub.replayer, selection, moment, effects=effects)
            if dry_run and not yes:
                return plan, 0
            calls = len(plan.effects) if effects else 0
            confirm(f"Replay {plan.messages} messages with {calls} external effects?", yes=yes)
            with progress("putting back") as told:
                count = await hub.replayer.start(plan.ids, effects=effects, progress=told)
            detail = f"{count} messages, effects {effects}"
            await store.run(lambda tx: tx.doors.audit(moment, actor(), "exchange.replay", partner or flow, detail))
            return plan, count
        finally:
            await hub.close()

    plan, started = with_store(config, work)
    if json:
        as_json(_whole(plan, started))
    else:
        _print(plan, started)


async def _planned(replayer: Replayer, selection: Selection, moment: int, *, effects: bool) -> Plan:
    try:
        with progress("reading") as told:
            return await replayer.plan(selection, moment, effects=effects, progress=told)
    except UnknownFlow as error:
        raise Stop(f"{error}. Choose among: {', '.join(error.known)}.", code=Exit.USAGE) from None


def _whole(plan: Plan, started: int) -> dict[str, object]:
    calls = [{"partner": each.partner, "kind": each.kind, "subject": each.subject} for each in plan.effects]
    return {
        "messages": plan.messages,
        "started": started,
        "new_events": plan.events,
        "still_unreadable": plan.parked,
        "not_replayable": plan.missing,
        "changed": plan.changed,
        "changes": plan.changes,
        "external_effects": 0 if plan.quiet else len(calls),
        "calls": [] if plan.quiet else calls,
        "held_back": calls if plan.quiet else [],
        "taken_back": plan.withdrawn,
        "by_partner": [{"partner": p, "kind": k, "count": n} for (p, k), n in _counted(plan)],
    }


def _counted(plan: Plan) -> list[tuple[tuple[str, str], int]]:
    return sorted(Counter((each.partner, each.kind) for each in plan.effects).items())


def _print(plan: Plan, started: int) -> None:
    outside = 0 if plan.quiet else len(plan.effects)
    note(f"{plan.messages} messages, {len(plan.changes)} orders would change, {outside} external effects")
    if plan.missing:
        note(f"cannot be read again (unknown, not ended, or bytes gone): {', '.join(plan.missing)}")
    if plan.changes:
        table([_row(each) for each in plan.changes[:_SHOWN]], "order", "what changes")
    for (who, kind), count in _counted(plan):
        note(f"  {count} of {kind} to {who}{' (held back)' if plan.quiet else ''}")
    for each in plan.effects[:_SHOWN]:
        note(f"    {each.kind} to {each.partner} for {each.subject}")
    if max(len(plan.changes), len(plan.effects)) > _SHOWN:
        note(f"only the first {_SHOWN} of each are shown; --json has them all")
    note(f"{started} messages are being read again" if started else "nothing was changed; do it with --yes")


def _row(change: Change) -> tuple[str, str]:
    told = [f"{name}: {old or '-'} → {new or '-'}" for name, (old, new) in change.columns.items()]
    told += [f"exception {kind} {'raised' if is_open else 'resolved'}" for kind, is_open in change.exceptions]
    return change.subject, "; ".join(told) or "its history"


def moment_of(text: str, moment: int) -> int:
    """Epoch microseconds of a time, or of so long before now."""
    if not text:
        return 0
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    if text[:-1].isdigit() and text[-1] in units:
        return moment - int(text[:-1]) * units[text[-1]] * _SECOND
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        wrong = f"'{text}' is not a time: write 2026-03-01, 2026-03-01T08:00Z, 24h or 90m"
        raise Stop(wrong, code=Exit.USAGE) from None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    return int(parsed.timestamp()) * _SECOND
