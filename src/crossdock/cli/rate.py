"""`crossdock rate`: why a carrier was chosen."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, read
from crossdock.cli.output import AsJson, Exit, Stop, as_json, note, table
from crossdock.ports.stores import Transaction
from crossdock.views.choices import ChoiceLine, Diversion, OfferLine, choices_of, diversions_of
from crossdock.views.timeline import Ambiguous, resolve

Order = Annotated[str, typer.Argument(help="An order, by any of its references.", metavar="ORDER")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="rate", help="Offers of carriers and the choice between them.", no_args_is_help=True)
    group.command("explain")(explain)
    group.callback()(_group)
    app.add_typer(group)


def _group() -> None:
    """Keep the group a group while it has one command."""


def explain(order: Order, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Show every offer for an order, which one was taken by which rule, and what left the others out."""
    subject, choices, diversions = read(config, lambda tx: _decided(tx, order))
    if json:
        as_json({"id": subject, "choices": choices, "diversions": diversions})
        return
    for choice in choices:
        note(f"{_when(choice.decided_at)}  package {choice.package_id}: {choice.carrier} {choice.service} "
             f"({choice.partner}), {choice.rule}")  # fmt: skip
        columns = ("", "partner", "carrier", "service", "price", "promise", "in time", "left out by")
        table((_cells(offer) for offer in choice.offers), *columns)
    for each in diversions:
        to = f" to {each.to_partner}" if each.to_partner else ""
        note(f"{_when(each.decided_at)}  package {each.package_id}: {each.action}{to} ({each.partner}): {each.reason}")
    if not choices:
        note("nothing was chosen yet")


def _decided(tx: Transaction, order: str) -> tuple[str, tuple[ChoiceLine, ...], tuple[Diversion, ...]]:
    try:
        subject = resolve(tx, order)
    except Ambiguous as error:
        raise Stop(str(error), code=Exit.USAGE) from None
    if subject is None:
        raise Stop(f"No order is known as '{order}'.", code=Exit.USAGE)
    events = tx.log.of_subject(subject)
    return subject, choices_of(events), diversions_of(events)


def _cells(offer: OfferLine) -> tuple[str, ...]:
    share = "" if offer.on_time is None else f"{offer.on_time:.0%}"
    broken = f"{offer.constraint}: {offer.why}" if offer.constraint else ""
    taken = "taken" if offer.taken else ""
    return (taken, offer.partner, offer.carrier, offer.service, offer.price, offer.promise, share, broken)


def _when(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
