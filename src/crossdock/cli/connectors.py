"""`crossdock connector`: what those who write connectors need."""

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from crossdock.catalog import BrokenPlugin, UnknownPlugin, connectors
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, as_json, note, table
from crossdock.devkit.scaffold import UnusableName, new_connector
from crossdock.tracking.fields import paths_of
from crossdock.tracking.trees import UnreadableBody, tree_of


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="connector", help="Connectors: what there is, and writing new ones.", no_args_is_help=True)
    group.command("list")(list_connectors)
    group.command("new")(new)
    group.command("fields")(fields)
    app.add_typer(group)


def list_connectors(json: AsJson = False) -> None:
    """List every connector with the names `crossdock translate` knows it by, and what it can do."""
    found = connectors()
    specs = [spec for _, spec in sorted(found.working().items())]
    if json:
        as_json(
            [
                {
                    "id": spec.id,
                    "title": spec.title,
                    "kind": spec.kind,
                    "stability": spec.stability,
                    "aliases": list(spec.aliases),
                    "commands": list(spec.commands),
                    "webhooks": [each.name for each in spec.webhooks],
                }
                for spec in specs
            ]
        )
    else:
        rows = ((spec.id, spec.title, spec.stability, ", ".join(spec.aliases), len(spec.commands)) for spec in specs)
        table(rows, "id", "title", "stability", "aliases", "commands")
    for broken in found.broken():
        note(str(broken))


def new(
    name: Annotated[str, typer.Argument(help="What configuration will call it: letters, digits, underscores.")],
    title: Annotated[str, typer.Option(help="Its name for people.")] = "",
    folder: Annotated[Path | None, typer.Option(help="Where to make it; crossdock-NAME here, unless named.")] = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Make a connector as a package of its own, with tests: it passes the conformance kit before you change a line."""
    if name in connectors().names():
        raise Stop(
            f"There is a connector '{name}' already; choose another name.", "crossdock connector list", Exit.USAGE
        )
    try:
        files = new_connector(name, title or name.replace("_", " ").title())
    except UnusableName as problem:
        raise Stop("Choose another name.", str(problem), Exit.USAGE) from None
    target = folder or Path(f"crossdock-{name.replace('_', '-')}")
    if target.exists() and any(target.iterdir()):
        raise Stop(f"{target} is there and not empty; name another --folder.", code=Exit.USAGE)
    if not dry_run:
        for path, text in files.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_text(text, encoding="utf-8")
    if json:
        as_json({"folder": str(target), "files": sorted(map(str, files)), "dry_run": dry_run})
        return
    for path in sorted(files):
        note(f"{'would write' if dry_run else 'wrote'} {target / path}")
    note(f"Next: cd {target}; pip install -e . pytest hypothesis; python -m pytest; then put real messages into tests/")


def fields(
    name: Annotated[str, typer.Argument(help="The connector.")],
    files: Annotated[list[Path], typer.Argument(help="Messages it sends, as many as there are.")],
    write: Annotated[bool, typer.Option(help="Write them into the connector's fields.txt (in a checkout).")] = False,
    json: AsJson = False,
) -> None:
    """Name the fields of messages that the connector's fields.txt does not name yet; with --write they are added."""
    try:
        spec = connectors().get(name)
        trees = [tree_of(path.read_bytes()) for path in files]
    except (UnknownPlugin, BrokenPlugin, OSError, UnreadableBody) as problem:
        raise Stop("Name an installed connector and messages that can be read.", str(problem), Exit.USAGE) from None
    package = spec.package or spec.config.__module__.rpartition(".")[0]
    file = Path(str(resources.files(package).joinpath("fields.txt")))
    known = set(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else set()
    found = set().union(*(paths_of(tree) for tree in trees))
    added = sorted(path for path in found - known if "\n" not in path)
    if write and added:
        file.write_text("\n".join(sorted(known | set(added))) + "\n", encoding="utf-8")
    if json:
        as_json({"connector": spec.id, "new": added, "written": write})
        return
    for path in added:
        note(path)
    note(f"{len(added)} new fields{f', written into {file}' if write and added else ''}")
