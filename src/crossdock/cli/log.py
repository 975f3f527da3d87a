"""`crossdock log`: where the log's bytes are, and moving them to JetStream and back."""

import asyncio

import typer

from crossdock.backbone.shipped import EVERY, AllPlaces, bring_back, look, marks_and_heads
from crossdock.bootstrap import Installation
from crossdock.bridges.logstream import shipper_of, stream_of
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, MigratableStore, actor, agreed, now, with_store
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, Yes, as_json, confirm, note, progress, table
from crossdock.cli.serve import start_logs
from crossdock.ports.stream import Stream
from crossdock.transports import machine

_PATIENCE = 100
"""Steps of a tenth of a second without progress, while the servers choose a leader, say."""
_NONE = "No stream is configured: the whole log is in the database. Set store.log to move it to JetStream."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="log", help="The event log in JetStream.", no_args_is_help=True)
    group.command("status")(status)
    group.command("ship")(ship)
    group.command("fetch")(fetch)
    app.add_typer(group)


def status(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Show how much of the log is in JetStream, how much in the database, and whether the streams are well."""

    async def work(installation: Installation, store: MigratableStore) -> AllPlaces:
        stream = _stream(installation)
        try:
            return await look(store, stream)
        finally:
            await stream.close()

    found = with_store(config, work)
    if json:
        as_json(found)
    else:
        rows = (
            ("events in the log", found.events),
            ("confirmed by the stream", found.shipped),
            ("their bytes only there", found.moved),
            ("waiting for it", found.waiting),
            ("bytes on each replica", found.size),
            ("replicas", f"{found.replicas}, {len(found.lagging)} partitions lack one"),
        )
        table(rows, "what", "how much")
        for partition, fault in found.faults.items():
            note(f"partition {partition}: {fault}")
    if found.faults:
        raise typer.Exit(Exit.FOUND)


def ship(dry_run: DryRun = False, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Move what waits to JetStream now, as workers do by themselves; they may run meanwhile.

    A log that grew in PostgreSQL moves whole. What was done stays done when it is interrupted. Workers let rows go of
    their bytes store.log.hold_seconds after the stream confirmed them.
    """

    async def work(installation: Installation, store: MigratableStore) -> int:
        shipper = shipper_of(installation.settings.store.log, installation.secrets, store, machine.RealClock())
        if shipper is None:
            raise Stop(_NONE, code=Exit.USAGE)
        marks, heads = await store.read(marks_and_heads)
        waiting = sum(heads.values()) - sum(mark.shipped for mark in marks.values())
        if dry_run:
            return waiting
        start_logs(installation)
        try:
            with progress("events") as told:
                left, fruitless = waiting, 0
                while left > 0:
                    fruitless = 0 if await shipper.step(EVERY) else fruitless + 1
                    if shipper.why and fruitless > _PATIENCE:
                        raise Stop("JetStream takes nothing now; what was moved is moved. Try again.", shipper.why)
                    await asyncio.sleep(0.1 if fruitless else 0)
                    marks, _ = await store.read(marks_and_heads)
                    left = sum(heads.values()) - sum(mark.shipped for mark in marks.values())
                    told(waiting - left, waiting)
        finally:
            await shipper.close()
        return waiting

    count = with_store(config, work)
    if json:
        as_json({"events": count, "shipped": not dry_run})
    else:
        note(f"{'would ship' if dry_run else 'shipped'} {count} events")


def fetch(yes: Yes = False, dry_run: DryRun = False, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Bring the whole log back into PostgreSQL, to go on without JetStream: then take store.log out and start again.

    Stop every worker first. What was done stays done when it is interrupted; the next run goes on.
    """
    if not dry_run:
        confirm("Bring the bytes of the whole log back into the database?", yes=yes)

    async def work(installation: Installation, store: MigratableStore) -> int:
        marks, _ = await store.read(marks_and_heads)
        moved = sum(mark.slimmed for mark in marks.values())
        if dry_run:
            return moved
        if others := await store.read(lambda tx: tx.leases.owners(agreed(tx))):
            raise Stop("Stop all workers (servers) first; nothing was changed.", ", ".join(sorted(others)))
        stream = _stream(installation)
        try:
            with progress("events") as told:
                filled = await bring_back(store, stream, told)
        finally:
            await stream.close()
        await store.run(lambda tx: tx.doors.audit(now(), actor(), "fetch", "log", f"{filled} events"))
        return filled

    count = with_store(config, work)
    if json:
        as_json({"events": count, "fetched": not dry_run})
    else:
        note(f"{'would fetch' if dry_run else 'fetched'} {count} events")


def _stream(installation: Installation) -> Stream:
    stream = stream_of(installation.settings.store.log, installation.secrets)
    if stream is None:
        raise Stop(_NONE, code=Exit.USAGE)
    return stream
