"""`crossdock chaos silence`: a week in which things that are owed do not come; every one has to be found."""

from typing import Annotated

import typer

from crossdock.cli.output import AsJson, Exit, as_json, lines, note, progress, table
from crossdock.devkit.silence.campaign import Account, run

_SHOWN = 10


def register(group: typer.Typer) -> None:
    """Add the command to ``crossdock chaos``."""
    group.command("silence")(silence)


def silence(
    orders: Annotated[int, typer.Option(min=100, help="Orders, receipts and pickups over the week.")] = 1000,
    omissions: Annotated[int, typer.Option(min=1, help="How much of what is owed does not come in time.")] = 250,
    seed: Annotated[int, typer.Option(min=0, help="What decides everything; the same seed gives the same week.")] = 1,
    json: AsJson = False,
) -> None:
    """Leave out scans, picks, answers and decisions over a virtual week; see that each is missed in time, and nothing
    else.

    Exit code 1 when an omission was not found within a minute of its deadline, or more than one alarm in a hundred
    was false.
    """
    with progress("omissions") as tell:
        account = run(orders, omissions, seed, tell)
    if json:
        as_json(account)
    else:
        _show(account)
    if not account.holds:
        raise typer.Exit(Exit.FAILED)


def _show(account: Account) -> None:
    table([(each.owed, each.omitted, each.found) for each in account.kinds], "what was owed", "left out", "found")
    found = f"{account.found} of {account.omissions} omissions found"
    slowest = f"the slowest {account.latest:.0f} s after its deadline"
    false = f"{len(account.false)} of {account.alarms} alarms false"
    lines([f"{account.orders} orders, {account.events} events, {len(account.kinds)} kinds of expectation"])
    lines([f"{found}, {slowest}; {false}"])
    for name, some in (("NOT FOUND", account.missed), ("FALSE", account.false)):
        for each in some[:_SHOWN]:
            note(f"{name} {each}")
