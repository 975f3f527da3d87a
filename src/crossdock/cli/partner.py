"""`crossdock partner`: pause and resume a partner, and set how fast it is called."""

from typing import Annotated

import typer

from crossdock.backbone import desk
from crossdock.backbone.breaker import effective
from crossdock.cli import scorecard
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, installation, now, read, write
from crossdock.cli.output import AsJson, Exit, Stop, as_json, note, table
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_delivery import Health

Partner = Annotated[str, typer.Argument(help="The partner's id.", metavar="PARTNER")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for those who read it later.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="partner", help="Partners as all workers see them.", no_args_is_help=True)
    group.command("list")(list_partners)
    group.command("pause")(pause)
    group.command("resume")(resume)
    group.command("limit")(limit)
    group.command("scorecard")(scorecard.of_partner)
    app.add_typer(group)


def list_partners(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List partners: breaker, pause, the limits that hold (``set`` by a person, else configured; 0 calls per second: no
    limit) and how many commands wait.
    """
    plans = {plan.id: plan.limits for plan in installation(config).plans}
    moment = now()

    def step(tx: Transaction) -> tuple[dict[str, Health], dict[str, int]]:
        waiting: dict[str, int] = {}
        for partner, _, count, _ in tx.lanes.depth(moment):
            waiting[partner] = waiting.get(partner, 0) + count
        return {name: tx.partners.health(name) for name in plans}, waiting

    healths, waiting = read(config, step)
    rows = [
        {"id": name, "breaker": "open" if health.opened_at else "closed", "paused": health.paused,
         "per_second": limits.per_second, "burst": limits.burst,
         "set": health.per_second is not None or health.burst is not None, "waiting": waiting.get(name, 0),
         "attention": health.attention}
        for name, health in healths.items()
        for limits in [effective(plans[name], health)]
    ]  # fmt: skip
    if json:
        as_json(rows)
    else:
        table(([str(value) for value in row.values()] for row in rows), *(rows[0] if rows else ("id",)))


def pause(partner: Partner, reason: Reason = "", config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Make no calls to a partner. Its commands wait in their lanes; nothing is lost."""
    moment = _known(config, partner)
    done = write(config, lambda tx: desk.pause(tx, partner, actor(), reason, moment))
    _say(partner, "paused", done=done, json=json)


def resume(partner: Partner, reason: Reason = "", config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Let calls go out again; what waited goes in the order it was asked for."""
    moment = _known(config, partner)
    done = write(config, lambda tx: desk.resume(tx, partner, actor(), reason, moment), wakes=("outbound",))
    _say(partner, "resumed", done=done, json=json)


def limit(
    partner: Partner,
    per_second: Annotated[
        float | None, typer.Option(help="Calls per second, all workers together; 0: no limit.")
    ] = None,
    burst: Annotated[int | None, typer.Option(help="Calls that may be made at once after a pause.", min=1)] = None,
    reason: Reason = "",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Set a partner's token bucket; without options it is as configured again."""
    moment = _known(config, partner)
    if per_second is not None and per_second < 0:
        raise Stop("--per-second cannot be below 0.", code=Exit.USAGE)
    write(config, lambda tx: desk.limit(tx, partner, per_second, burst, actor(), reason, moment))
    _say(partner, "limited" if per_second is not None or burst is not None else "as configured", done=True, json=json)


def _known(config: ConfigPath, partner: str) -> int:
    names = [plan.id for plan in installation(config).plans]
    if partner not in names:
        raise Stop(f"There is no partner '{partner}'; there are {', '.join(sorted(names))}.", code=Exit.USAGE)
    return now()


def _say(partner: str, state: str, *, done: bool, json: bool) -> None:
    if json:
        as_json({"partner": partner, "state": state, "changed": done})
    else:
        note(f"{partner}: {state}{'' if done else ' already'}")
