"""`crossdock webhooks` and `crossdock bridges`: how events out are doing, and what people can do about it."""

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from crossdock.backbone import outbox_desk
from crossdock.backbone.outbox_desk import NotBegun, Standing
from crossdock.bootstrap import Installation
from crossdock.bridges.joining import wire_named
from crossdock.bridges.pinging import ping as send_ping
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, installation, now, read, write
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, as_json, note, table
from crossdock.cli.replay import moment_of
from crossdock.model.instants import rfc3339
from crossdock.ports.outbox import Outcome, Sent
from crossdock.ports.stores import Fenced, Transaction
from crossdock.transports.machine import FreshIds

Name = Annotated[str, typer.Argument(help="Its name in the configuration.", metavar="NAME")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for those who read it later.")]
Since = Annotated[str, typer.Option(help="Recorded at or after: 2026-03-01, 2026-03-01T08:00, or 24h, 90m.")]
T = TypeVar("T")
_TRIES = 20
_HELP = {"webhooks": "Signed webhooks out.", "bridges": "Events out to message brokers."}


def register(app: typer.Typer) -> None:
    """Add the commands, the same for both."""
    for section, text in _HELP.items():
        group = typer.Typer(name=section, help=text, no_args_is_help=True)
        for name, command in _COMMANDS.items():
            group.command(name)(command)
        app.add_typer(group)


def list_all(context: typer.Context, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List them: whether they send, how many events wait and since when, and what is wrong."""
    names = sorted(_configured(installation(config), context))
    rows = read(config, lambda tx: outbox_desk.standings(tx, names))
    if json:
        as_json([_row(each) for each in rows])
        return
    table((_cells(each) for each in rows), "name", "sends", "waiting", "oldest", "held", "missed", "note")


def show(context: typer.Context, name: Name, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Show one with the events its receiver declined for good."""
    _known(config, context, name)
    found = read(config, lambda tx: outbox_desk.standing(tx, name))
    if json:
        as_json(_row(found) | {"missed_events": found.missed})
        return
    table([_cells(found)], "name", "sends", "waiting", "oldest", "held", "missed", "note")
    if found.missed:
        table(((each.id, each.type, each.subject, rfc3339(each.at), each.engineer) for each in found.missed),
              "event", "type", "subject", "given up", "why")  # fmt: skip


def disable(
    context: typer.Context, name: Name, reason: Reason = "", config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False
) -> None:
    """Send nothing until it is enabled; its place in the log is kept."""
    _known(config, context, name)
    moment = now()
    changed = _written(config, lambda tx: outbox_desk.disable(tx, name, actor(), reason, moment))
    _say(name, "disabled", changed=changed, json=json)


def enable(
    context: typer.Context,
    name: Name,
    reason: Reason = "",
    skip: Annotated[bool, typer.Option("--skip", help="Leave out what waits and begin with new events.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Go on where it stood, at once."""
    _known(config, context, name)
    moment = now()
    changed = _written(config, lambda tx: outbox_desk.enable(tx, name, actor(), reason, moment, skip=skip))
    _say(name, "enabled", changed=changed, json=json)


def resend(
    context: typer.Context,
    name: Name,
    since: Since,
    reason: Reason = "",
    dry_run: DryRun = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Send every event recorded since a time again, in order and under the same ids."""
    _known(config, context, name)
    moment = now()
    start = moment_of(since, moment)
    try:
        count = (
            read(config, lambda tx: outbox_desk.resend(tx, name, start, actor(), reason, moment, dry_run=True))
            if dry_run
            else _written(config, lambda tx: outbox_desk.resend(tx, name, start, actor(), reason, moment))
        )
    except NotBegun as never:
        raise Stop("There is nothing to send again: it never ran.", str(never)) from None
    if json:
        as_json({"name": name, "events": count, "resent": not dry_run})
    else:
        note(f"{'would send' if dry_run else 'sends'} {count} events again")


def ping(context: typer.Context, name: Name, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Send a test event now, from here; nothing else changes."""
    found = _known(config, context, name)
    outcome = asyncio.run(_ping(found, name))
    why = None if isinstance(outcome, Sent) else outcome.why
    if json:
        as_json({"name": name, "taken": why is None, "why": why})
    elif why is None:
        note(f"{name} took the test event")
    if why is not None:
        raise Stop(why.operator, why.engineer)


_COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_all,
    "show": show,
    "disable": disable,
    "enable": enable,
    "resend": resend,
    "ping": ping,
}


def _written(config: ConfigPath, step: Callable[[Transaction], T]) -> T:
    """One writing transaction, begun anew where a worker moved the same cursors at the same moment."""
    for _ in range(_TRIES):
        try:
            return write(config, step, wakes=("log",))
        except Fenced:
            continue
    return write(config, step, wakes=("log",))


async def _ping(found: Installation, name: str) -> Outcome:
    moment = now()
    return await send_ping(wire_named(found.settings, name, found.secrets), FreshIds().fresh(moment), moment)


def _section(context: typer.Context) -> str:
    """Which of the two groups the command was called in."""
    return str(context.parent.info_name) if context.parent else ""


def _configured(found: Installation, context: typer.Context) -> set[str]:
    return set(found.settings.webhooks if _section(context) == "webhooks" else found.settings.bridges)


def _known(config: ConfigPath, context: typer.Context, name: str) -> Installation:
    found, section = installation(config), _section(context)
    if name not in _configured(found, context):
        there = ", ".join(sorted(_configured(found, context))) or "none"
        raise Stop(f"There is no '{name}' under {section}; there are: {there}.", code=Exit.USAGE)
    return found


def _row(each: Standing) -> dict[str, object]:
    return {
        "name": each.name,
        "begun": each.begun,
        "enabled": each.enabled,
        "note": each.note,
        "waiting": each.waiting,
        "oldest_at": rfc3339(each.oldest_at) if each.oldest_at else None,
        "held": each.held,
        "missed": len(each.missed),
        "failing_since": rfc3339(each.failing_since) if each.failing_since else None,
        "next_try_at": rfc3339(each.next_try_at) if each.next_try_at else None,
        "problem": each.problem,
    }


def _cells(each: Standing) -> tuple[object, ...]:
    sends = "disabled" if not each.enabled else "not yet run" if not each.begun else "yes"
    oldest = rfc3339(each.oldest_at) if each.oldest_at else ""
    return each.name, sends, each.waiting, oldest, each.held, len(each.missed), each.note or each.problem


def _say(name: str, done: str, *, changed: bool, json: bool) -> None:
    if json:
        as_json({"name": name, done: True, "changed": changed})
    else:
        note(f"{name} is {done}" if changed else f"{name} was {done} already")
