"""`crossdock metrics`: alert rules for Prometheus and dashboards for Grafana, as files."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from ruamel.yaml import YAML

from crossdock.cli.output import AsJson, Stop, as_json, note
from crossdock.views.alert_rules import document
from crossdock.views.dashboards import dashboards

DOCS = "https://crossdock.example/docs"
"""Where the documentation is read unless somebody says otherwise: an address that is nobody's (RFC 2606)."""
Out = Annotated[Path, typer.Option("--out", "-o", help="The folder they go to; it is made where there is none.")]
Docs = Annotated[str, typer.Option("--docs", help="The address of your documentation, for links to runbooks.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="metrics", help="Rules and dashboards for what /metrics says.", no_args_is_help=True)
    group.command("rules")(rules)
    group.command("dashboards")(show_dashboards)
    app.add_typer(group)


def rules(out: Out = Path("prometheus"), docs: Docs = DOCS, json: AsJson = False) -> None:
    """Write the alert rules as crossdock.rules.yml; name it under rule_files of prometheus.yml."""
    _keep(out, {"crossdock.rules.yml": rules_text(docs)}, json=json)


def show_dashboards(out: Out = Path("grafana"), json: AsJson = False) -> None:
    """Write the dashboards as JSON files: engine, partners, key figures; Grafana imports or provisions them."""
    _keep(out, dashboard_texts(), json=json)


def rules_text(docs: str = DOCS) -> str:
    """The rule file."""
    yaml = YAML()
    yaml.width = 4096
    written = io.StringIO()
    yaml.dump(document(docs), written)
    return f"# Written by: crossdock metrics rules\n{written.getvalue()}"


def dashboard_texts() -> dict[str, str]:
    """The dashboards by file name."""
    return {
        f"{name}.json": msgspec.json.format(msgspec.json.encode(each), indent=2).decode() + "\n"
        for name, each in dashboards().items()
    }


def _keep(out: Path, files: Mapping[str, str], *, json: bool) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Stop(f"Cannot write to {out}: choose another folder with --out.", str(error)) from None
    if json:
        as_json([str(out / name) for name in files])
    else:
        for name in files:
            note(f"wrote {out / name}")
