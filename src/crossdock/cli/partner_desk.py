"""`crossdock partner-desk`: letting people of partners in."""

from typing import Annotated

import typer

from crossdock.bootstrap import Installation
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, with_store
from crossdock.cli.output import AsJson, Exit, Stop, as_json, lines
from crossdock.cli.serve_desk import invitation
from crossdock.ports.stores import Store
from crossdock.transports.machine import RealClock

Name = Annotated[str, typer.Argument(help="Who, by the name under partner_desk.people.", metavar="PERSON")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="partner-desk", help="People of partners without an API.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command("invite")(invite)
    app.add_typer(group)


def invite(person: Name, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Make a link by which a person comes in once. Hand it over on a way that you trust. It is audited."""

    async def work(found: Installation, store: Store) -> str:
        given = found.settings.partner_desk
        if given is None or person not in given.people:
            raise Stop(f"There is no '{person}' under partner_desk.people.", code=Exit.USAGE)
        clock = RealClock()
        token = invitation(found, given, clock, person)
        now, who = clock.now(), actor()
        await store.run(lambda tx: tx.doors.audit(now, who, "desk.invite", person, given.people[person].partner))
        listen = found.settings.listen
        return f"{listen.public_url or f'http://{listen.host}:{listen.port}'}/partner/invited?token={token}"

    link = with_store(config, work)
    if json:
        as_json({"url": link})
    else:
        lines([link])
