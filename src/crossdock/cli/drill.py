"""`crossdock drill`: an emergency rehearsed with this installation's rules and simulated partners."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, installation
from crossdock.cli.output import AsJson, Exit, Stop, as_json, note, table
from crossdock.devkit.drill import LEVELS, Rehearsal, rehearse, verdict
from crossdock.processes.configured import shipping_policy
from crossdock.processes.shipping_policy import OrderToShipPolicy

drills = typer.Typer(help="Rehearse an emergency with your rules and simulated partners.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(drills, name="drill")


@drills.callback()
def group() -> None:
    """Rehearse an emergency with your rules and simulated partners; nothing of yours is touched."""


@drills.command("carrier-outage")
def carrier_outage(
    carrier: Annotated[str, typer.Option(help="The carrier that takes no bookings; none: each in turn.")] = "",
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long, in virtual minutes.")] = 90,
    orders: Annotated[int, typer.Option(min=1, max=50, help="Orders of each service level.")] = 2,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Say what becomes of the orders of every service level while a carrier takes no bookings."""
    policy = _policy(config)
    if carrier and carrier not in policy.carriers:
        there = ", ".join(policy.carriers)
        raise Stop(f"'{carrier}' is not among processes.order_to_ship.carriers. Those are: {there}.", code=Exit.USAGE)
    found = [
        asyncio.run(rehearse(policy, name, level, minutes, orders))
        for name in ([carrier] if carrier else policy.carriers)
        for level in LEVELS
    ]
    if json:
        as_json(found)
    else:
        rows = ((each.carrier, each.level, len(each.orders), verdict(each.orders, each.carrier)) for each in found)
        table(rows, "carrier down", "service level", "orders", "what became of them")
    wrong = [text for each in found for text in _wrong(each)]
    for text in wrong:
        note(text)
    if wrong:
        raise typer.Exit(Exit.FAILED)


def _policy(config: Path) -> OrderToShipPolicy:
    settings = installation(config).settings
    flow = settings.processes.order_to_ship
    if flow is None:
        raise Stop("There is nothing to rehearse: processes.order_to_ship is not configured.", code=Exit.USAGE)
    return shipping_policy(flow, settings.partners)


def _wrong(told: Rehearsal) -> list[str]:
    """Orders that are neither booked nor with a person, and labels nobody asked for."""
    lost = [each.order for each in told.orders if not each.booked_by and not each.asked]
    texts = [f"{told.carrier} down, {told.level}: nobody looks after {', '.join(lost)}"] if lost else []
    live = sum(len(each.booked_by) for each in told.orders)
    if live != told.labels:
        texts.append(f"{told.carrier} down, {told.level}: {told.labels} labels for {live} bookings")
    return texts
