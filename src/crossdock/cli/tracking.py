"""`crossdock tracking`: links by which customers follow their orders."""

from typing import Annotated

import typer

from crossdock.cli.notices import Order, subject_named
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, installation, now, write
from crossdock.cli.output import AsJson, Exit, Stop, as_json, lines
from crossdock.cli.serve_pages import links_of
from crossdock.model.instants import rfc3339
from crossdock.ports.stores import Transaction


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="tracking", help="The customer's tracking page.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command("link")(link)
    app.add_typer(group)


def link(
    order: Order,
    days: Annotated[int, typer.Option(min=0, max=730, help="Days it is good for; 0: as configured.")] = 0,
    language: Annotated[str, typer.Option(help="Language of the page; the visitor's unless given.")] = "",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Make a link to an order's page. Whoever has it sees the order: give it to its customer alone. It is audited."""
    found = installation(config)
    listen = found.settings.listen
    make = links_of(found, listen.public_url or f"http://{listen.host}:{listen.port}")
    if make is None:
        raise Stop("Customers follow nothing here: add the section tracking_page.", code=Exit.USAGE)
    moment, who = now(), actor()

    def step(tx: Transaction) -> str:
        subject = subject_named(tx, order)
        tx.doors.audit(moment, who, "tracking.link", subject, "")
        return subject

    url, until = make(write(config, step), moment, language, days)
    if json:
        as_json({"url": url, "expires_at": rfc3339(until)})
    else:
        lines([url])
