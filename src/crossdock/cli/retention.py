"""`crossdock retention`: what is kept for how long, and letting go of the rest."""

import typer

from crossdock import bootstrap
from crossdock.bootstrap import Installation
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, with_store
from crossdock.cli.output import AsJson, DryRun, as_json, note, progress, table
from crossdock.governance.retaining import Account, Retainer
from crossdock.governance.retention import Retention
from crossdock.ports.stores import Store
from crossdock.transports import machine

_APP = typer.Typer(help="How long data is kept, and letting go of what is older.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(_APP, name="retention")


@_APP.command("show")
def show(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """The days each class of data is kept, as configured and as partners demand."""

    async def work(installation: Installation, _store: Store) -> Retention:
        return bootstrap.retention(installation)

    policy = with_store(config, work)
    if json:
        as_json(policy)
        return
    table(((name.removesuffix("_days"), getattr(policy, name) or "for ever") for name in policy.__struct_fields__),
          "class", "days")  # fmt: skip


@_APP.command("run")
def run(
    dry_run: DryRun = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Let go of everything whose time is up, now. Servers may go on; nothing anybody waits for is touched."""

    async def work(installation: Installation, store: Store) -> Account:
        retainer = Retainer(store, machine.RealClock(), bootstrap.retention(installation))
        if dry_run:
            return await retainer.foresee()
        with progress("rows") as told:
            return await retainer.run(actor(), lambda _what, number: told(number, 0))

    account = with_store(config, work)
    if json:
        as_json({"dry_run": dry_run, "gone": account.gone, "months": account.months, "kept": account.kept})
        return
    would = "would go" if dry_run else "gone"
    table(((name.replace("_", " "), number) for name, number in sorted(account.gone.items())), "class", would)
    if account.months:
        note(f"whole months: {', '.join(account.months)}")
    for way, number in sorted(account.kept.items()):
        note(f"{number} quiet subjects stay: {way}")
