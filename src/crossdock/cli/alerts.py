"""`crossdock alerts`: what somebody is told of exceptions, and a trial of the channels they go by."""

import asyncio
from typing import Annotated

import typer
from msgspec import Struct

from crossdock.bootstrap import Installation
from crossdock.bridges.alerting import channels, mail_houses
from crossdock.cli.exceptions import alerts as list_alerts
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, installation, now
from crossdock.cli.output import AsJson, Exit, Stop, as_json, table
from crossdock.model.identifiers import digest
from crossdock.ports.outbox import Outcome, Sent
from crossdock.ports.stores_exceptions import Alert

Names = Annotated[list[str] | None, typer.Argument(help="Channels; all of them unless named.", metavar="CHANNEL")]


class Trial(Struct, frozen=True):
    """What became of a test alert by one channel; ``do`` says what to do where it was not taken."""

    channel: str
    taken: bool
    do: str = ""
    why: str = ""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="alerts", help="What somebody is told of exceptions.", no_args_is_help=True)
    group.command("list")(list_alerts)
    group.command("test")(send_test)
    app.add_typer(group)


def send_test(
    names: Names = None,
    owner: Annotated[str, typer.Option("--owner", help="The team the test is for; the default queue.")] = "",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Send a test alert by each channel now, whatever routes and working hours say."""
    found = installation(config)
    given = found.settings.alerts.channels
    if unknown := sorted(set(names or ()) - set(given)):
        there = ", ".join(sorted(given)) or "none"
        raise Stop(f"There is no channel '{unknown[0]}'; there are: {there}.", code=Exit.USAGE)
    if not given:
        raise Stop("No channel is configured: add one under alerts.channels.", code=Exit.USAGE)
    trials = asyncio.run(_try(found, names or sorted(given), owner))
    if json:
        as_json(trials)
    else:
        rows = ((each.channel, "taken" if each.taken else "not taken", each.do, each.why) for each in trials)
        table(rows, "channel", "", "what to do", "details")
    if not all(each.taken for each in trials):
        raise typer.Exit(Exit.FAILED)


async def _try(found: Installation, names: list[str], owner: str) -> list[Trial]:
    settings = found.settings
    houses = mail_houses((plan.id, plan.spec, plan.config) for plan in found.plans)
    ways = channels(settings.alerts, settings.exceptions.teams, houses, found.secrets)
    alert, moment = _invented(owner or settings.exceptions.default_queue), now()
    return [_trial(name, await ways[name].send(alert, moment)) for name in names]


def _trial(name: str, outcome: Outcome) -> Trial:
    if isinstance(outcome, Sent):
        return Trial(name, taken=True)
    return Trial(name, taken=False, do=outcome.why.operator, why=outcome.why.engineer)


def _invented(owner: str) -> Alert:
    """A test under a name of its own, so that no receiver takes it for one it has seen."""
    moment = now()
    name = digest("alert test", str(moment))
    text = "This is a test of Crossdock's alerts. Nothing is wrong, and nothing is to be done."
    return Alert(
        name[:24], name[:16], "raised", "alert.test", "", "", "technical", "low", owner, "", "test", text, moment
    )
