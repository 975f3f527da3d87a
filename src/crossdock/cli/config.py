"""`crossdock config`: what can be configured, for editors and for people."""

from typing import Annotated

import typer

from crossdock.catalog import connectors
from crossdock.cli.output import AsJson, as_json
from crossdock.settings.schema import schema


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="config", help="What can be configured.", no_args_is_help=True)
    group.command("schema")(print_schema)
    app.add_typer(group)


def print_schema(
    partners: Annotated[bool, typer.Option(help="Include the settings of installed connectors.")] = True,
    json: AsJson = True,  # noqa: ARG001 - a schema is JSON in any case; the flag is there as everywhere
) -> None:
    """Print the JSON Schema of crossdock.yaml and its included files (editors complete and check with it)."""
    types = {name: spec.config for name, spec in connectors().working().items()} if partners else {}
    as_json(schema(types))
