"""`crossdock restore`: an archive of `crossdock backup` back into the configured store."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from crossdock.cli import archive, databases
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, installation
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, Yes, as_json, note


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("restore")(restore)


def restore(
    file: Annotated[Path, typer.Argument(help="The archive to read.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Check an archive's checksums and put it back. Stop Crossdock first; a store with content needs --yes."""
    found = installation(config)
    database = databases.of(found)
    documents = Path(found.settings.store.folder)
    with tempfile.TemporaryDirectory(prefix="crossdock-restore-") as folder:
        try:
            manifest = archive.read(file, Path(folder))
        except (OSError, archive.BadArchive) as problem:
            raise Stop(f"{file} cannot be restored from; nothing was changed.", str(problem)) from None
        if manifest.database != database.kind:
            text = f"the archive holds {manifest.database}, the configured store is {database.kind}"
            raise Stop("Configure the kind of store that the archive was taken from.", text, Exit.USAGE)
        filled = not database.is_empty()
        if not dry_run:
            if filled and not yes:
                raise Stop("The store is not empty: restoring replaces all of it. Say so with --yes.", code=Exit.USAGE)
            database.load(Path(folder) / database.member)
            archive.replace_documents(Path(folder), documents)
    if json:
        as_json({"file": str(file), "restored": not dry_run, "replaced": filled, "manifest": manifest})
    else:
        done = "would restore" if dry_run else "restored"
        note(f"{done} {len(manifest.files)} files; every checksum holds; next: crossdock migrate, crossdock doctor")
