"""`crossdock config`: what can be configured, for editors and for people."""

from typing import Annotated

import typer

from crossdock import bootstrap
from crossdock.catalog import connectors
from crossdock.cli.check import warnings_of
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath
from crossdock.cli.output import AsJson, as_json, fail_with_faults, note, table
from crossdock.cli.serve_settings import settings_of
from crossdock.settings.explaining import DEFAULT, chosen
from crossdock.settings.loading import load
from crossdock.settings.schema import schema


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="config", help="What can be configured.", no_args_is_help=True)
    group.command("schema")(print_schema)
    group.command("explain")(explain)
    app.add_typer(group)


def print_schema(
    partners: Annotated[bool, typer.Option(help="Include the settings of installed connectors.")] = True,
    json: AsJson = True,  # noqa: ARG001 - a schema is JSON in any case; the flag is there as everywhere
) -> None:
    """Print the JSON Schema of crossdock.yaml and its included files (editors complete and check with it)."""
    types = {name: spec.config for name, spec in connectors().working().items()} if partners else {}
    as_json(schema(types))


def explain(
    text: Annotated[str, typer.Argument(help="Words of key, value, place or meaning.", metavar="[WORDS]")] = "",
    given: Annotated[bool, typer.Option("--given", help="Leave out what is only a default.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show every key with its value, where it was said, and what it is for; secrets as their references."""
    loaded = load(config)
    found, faults = bootstrap.installed(loaded)
    if found is None:
        fail_with_faults(faults)
    shown = chosen(settings_of(loaded), text, given=given)
    warnings = warnings_of(found)
    if json:
        as_json({"items": shown, "warnings": warnings})
        return
    table(((each.key, each.value or "-", each.place or DEFAULT, each.about) for each in shown),
          "key", "value", "said by", "meaning")  # fmt: skip
    for each in warnings:
        note(f"warning: {each}")
