"""`crossdock availability`: what can be promised of an item."""

from typing import Annotated

import typer

from crossdock.bootstrap import Installation
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, now, with_store
from crossdock.cli.output import AsJson, Stop, as_json, note, table
from crossdock.model.instants import rfc3339
from crossdock.ports.stores import Store
from crossdock.views.availability import Availability, TooOld, availability_of, freshness


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("availability")(availability)


def availability(
    sku: Annotated[str, typer.Argument(help="A stock code.", metavar="SKU")],
    location: Annotated[str, typer.Option(help="Only this warehouse, by its code.")] = "",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show what warehouses last said of an item, and how old that is."""
    moment = now()

    async def look(found: Installation, store: Store) -> Availability | None:
        fresh = freshness(found.settings.availability)
        return await store.read(lambda tx: availability_of(tx, sku, moment, fresh, location))

    try:
        stock = with_store(config, look)
    except TooOld as problem:
        raise Stop("The stock is too old to be promised: see why the warehouse is silent.", str(problem)) from None
    if stock is None:
        raise Stop(f"No warehouse has told its stock of '{sku}'; look for it with: crossdock partner list")
    if json:
        as_json(stock)
        return
    rows = (
        (each.location, each.partner, f"{each.available:f}", f"{each.on_hand:f}", each.unit, rfc3339(each.as_of)[:19],
         "stale" if each.stale else "")
        for each in stock.locations
    )  # fmt: skip
    table(rows, "warehouse", "partner", "available", "on hand", "unit", "as of", "")
    note(f"{stock.available:f} {stock.unit} can be promised of {sku}")
