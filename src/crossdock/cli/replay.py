"""`crossdock replay`: reads kept messages again with today's mapping; says first what would follow."""

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

import typer

from crossdock import bootstrap
from crossdock.backbone.replay import Plan, Replayer, Selection
from crossdock.bootstrap import Installation
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, now, with_store
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, Yes, as_json, confirm, note
from crossdock.ports.stores import Store

_SECOND = 1_000_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay")(replay)


def replay(  # noqa: PLR0917 - Typer makes options of parameters
    ids: Annotated[list[str] | None, typer.Option("--id", help="This exchange; may be given several times.")] = None,
    since: Annotated[str, typer.Option(help="Received at or after: 2026-03-01, 2026-03-01T08:00, or 24h, 90m.")] = "",
    until: Annotated[str, typer.Option(help="Received before; written like --since.")] = "",
    partner: Annotated[str, typer.Option(help="Only this partner's messages.")] = "",
    flow: Annotated[str, typer.Option(help="Only messages of partners in this process, such as order_to_ship.")] = "",
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
    start, end = moment_of(since, moment), moment_of(until, moment)

    async def work(installation: Installation, store: Store) -> tuple[list[Plan], int]:
        hub = bootstrap.hub(installation, store)
        try:
            return await carry_out(hub.replayer, store, _partners(installation, partner, flow))
        finally:
            await hub.close()

    async def carry_out(replayer: Replayer, store: Store, partners: list[str]) -> tuple[list[Plan], int]:
        wanted = [Selection(tuple(ids or ()), start, end, each) for each in partners]
        plans = [await replayer.plan(each, moment) for each in wanted]
        if dry_run and not yes:
            return plans, 0
        _agree(plans, effects=effects, yes=yes)
        count = 0
        for each in wanted:
            count += await replayer.start(each, effects=effects)
        detail = f"{count} messages, effects {effects}"
        await store.run(lambda tx: tx.doors.audit(moment, actor(), "exchange.replay", partner or flow, detail))
        return plans, count

    plans, started = with_store(config, work)
    _print(plans, started, effects=effects, json=json)


def _agree(plans: list[Plan], *, effects: bool, yes: bool) -> None:
    messages = sum(plan.messages for plan in plans)
    calls = sum(len(plan.effects) for plan in plans) if effects else 0
    confirm(f"Replay {messages} messages with {calls} external effects?", yes=yes)


def _partners(installation: Installation, partner: str, flow: str) -> list[str]:
    if not flow:
        return [partner]
    process = getattr(installation.settings.processes, flow, None)
    if process is None:
        raise Stop(f"There is no configured process '{flow}'.", code=Exit.USAGE)
    members = [process.erp, *process.carriers]
    return [each for each in members if partner in ("", each)]


def _print(plans: list[Plan], started: int, *, effects: bool, json: bool) -> None:
    calls = Counter((each.partner, each.kind) for plan in plans for each in plan.effects)
    outside = sum(calls.values()) if effects else 0
    messages = sum(plan.messages for plan in plans)
    changed = sorted({subject for plan in plans for subject in plan.changed})
    if json:
        as_json(
            {
                "messages": messages,
                "started": started,
                "changed": changed,
                "external_effects": outside,
                "held_back": 0 if effects else sum(calls.values()),
                "by_partner": [{"partner": p, "kind": k, "count": n} for (p, k), n in sorted(calls.items())],
            }
        )
        return
    note(f"{messages} messages, {len(changed)} orders would change, {outside} external effects")
    for (who, kind), count in sorted(calls.items()):
        note(f"  {count} of {kind} to {who}{'' if effects else ' (held back)'}")
    note(f"{started} messages are being read again" if started else "nothing was changed; do it with --yes")


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
