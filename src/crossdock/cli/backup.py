"""`crossdock backup`: the store and its large documents in one file, taken while Crossdock runs."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from crossdock import __version__
from crossdock.cli import archive, databases
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, installation, now
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, as_json, note


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backup")(backup)


def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write, such as backup.tar.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the archive if it exists.")] = False,
    dry_run: DryRun = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Write database and documents to one archive with a manifest of checksums. Secrets are not in it."""
    found = installation(config)
    if file.exists() and not force:
        raise Stop(f"{file} exists already; choose another name or use --force.", code=Exit.USAGE)
    database = databases.of(found)
    if dry_run:
        note(f"would write {database.kind} and {found.settings.store.folder} to {file}")
        if json:
            as_json({"file": str(file), "size": None, "manifest": None})
        return
    with tempfile.TemporaryDirectory(prefix="crossdock-backup-") as folder:
        dump = Path(folder) / database.member
        database.dump(dump)
        members = {database.member: dump, **archive.documents(Path(found.settings.store.folder))}
        manifest = archive.write(file, members, database.kind, __version__, now())
    size = file.stat().st_size
    if json:
        as_json({"file": str(file), "size": size, "manifest": manifest})
    else:
        note(f"{file}: {len(manifest.files)} files, {size} bytes")
    if found.settings.store.log is not None:
        note("Older events are in JetStream: back its streams up first, then this (docs/how-to/log-in-jetstream.md).")
