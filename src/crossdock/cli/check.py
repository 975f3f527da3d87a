"""`crossdock check`: the configuration judged without touching anything, every fault at its file and line."""

import typer

from crossdock import bootstrap
from crossdock.catalog import connectors
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath
from crossdock.cli.output import AsJson, Exit, as_json, fault_rows, note, print_faults


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Check the configuration without starting anything: all faults at once, with file and line."""
    found, faults = bootstrap.load(config)
    broken = [str(each) for each in connectors().broken()]
    if json:
        as_json({"ok": not faults, "faults": fault_rows(faults), "broken_plugins": broken})
    else:
        print_faults(faults)
    for each in broken:
        note(f"warning: {each}")
    if faults:
        note(f"{len(faults)} to put right")
        raise typer.Exit(Exit.FOUND)
    if found is not None:
        names = ", ".join(plan.id for plan in found.plans) or "none"
        note(f"{config} is good; environment {found.settings.environment}, partners: {names}")
