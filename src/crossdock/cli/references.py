"""`crossdock references`: a person says which order a number is of, so that what waits for it finds its way."""

from typing import Annotated

import typer

from crossdock.backbone.linking import LINKABLE, Linking, Unlinkable
from crossdock.backbone.linking import link as link_name
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, now, read, write
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, as_json, note, table
from crossdock.model.instants import rfc3339
from crossdock.ports.stores import Transaction
from crossdock.views.charging import KINDS
from crossdock.views.linking import Proposal, named, proposal


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="references", help="Whose a number is, said by a person.", no_args_is_help=True)
    group.callback()(_group)
    group.command("link")(link)
    app.add_typer(group)


def _group() -> None:
    """Whose a number is, said by a person."""


def link(
    number: Annotated[str, typer.Argument(help="The number, as the partner writes it; a charge is INVOICE/LINE.")],
    order: Annotated[str, typer.Argument(help="The order, by any of its references.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for those who read it later.")],
    kind: Annotated[str, typer.Option(help=f"Where several are written so: {', '.join(LINKABLE)}.")] = "",
    issuer: Annotated[str, typer.Option(help="The partner whose number it is; a charge has its carrier.")] = "",
    dry_run: DryRun = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Give an order a further number. What waits for that number, and what comes under it, is the order's; freight
    charges that no shipment matched are no exceptions any more.
    """
    if not reason.strip():
        raise Stop("Say why: --reason.", code=Exit.USAGE)
    moment = now()

    def step(tx: Transaction) -> Proposal:
        try:
            found = proposal(tx, named(tx, number, kind, issuer), order)
            if not dry_run:
                link_name(tx, Linking(found.reference, found.subject, actor(), reason), moment)
        except Unlinkable as why:
            raise Stop(str(why)) from None
        return found

    found = read(config, step) if dry_run else write(config, step, wakes=("log",))
    if json:
        as_json({"subject": found.subject, "order": found.order, "reference": found.reference, "count": found.count,
                 "freed": [each.said.title for each in found.waiting], "dry_run": dry_run})  # fmt: skip
        return
    table(((rfc3339(each.received_at)[:16], each.source, each.said.title, each.said.detail) for each in found.waiting),
          "received", "from", "what waited", "detail")  # fmt: skip
    word = KINDS.get(found.reference.kind, found.reference.kind)
    verb = "would be linked" if dry_run else "is linked"
    note(f"{word} {found.reference.value} {verb} to {found.order}; {found.count} waited for it")
