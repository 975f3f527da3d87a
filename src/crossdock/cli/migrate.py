"""`crossdock migrate`: brings the store's schema up."""

import typer

from crossdock.bootstrap import Installation, newest_revision
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, MigratableStore, with_store
from crossdock.cli.output import AsJson, DryRun, as_json, note


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("migrate")(migrate)


def migrate(config: ConfigPath = DEFAULT_CONFIG, dry_run: DryRun = False, json: AsJson = False) -> None:
    """Bring the store's schema up to this version of Crossdock; doing it twice does no harm."""

    async def work(_found: Installation, store: MigratableStore) -> tuple[str, str]:
        current, target = await store.revision(), newest_revision()
        if not dry_run and current != target:
            await store.migrate()
        return current, target

    current, target = with_store(config, work)
    done = not dry_run and current != target
    if json:
        as_json({"current": current, "target": target, "migrated": done})
        return
    before = current or "empty"
    if current == target:
        note(f"the schema is at {target}; nothing to do")
    else:
        note(f"the schema {'went' if done else 'would go'} from {before} to {target}")
