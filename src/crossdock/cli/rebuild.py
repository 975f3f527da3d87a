"""`crossdock rebuild`: read models are what the log makes of them; checked, and made so."""

from typing import Annotated

import typer

from crossdock import bootstrap
from crossdock.backbone.rebuild import Busy, Rebuilder, Report
from crossdock.bootstrap import Installation
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, now, with_store
from crossdock.cli.output import AsJson, Exit, Stop, Yes, as_json, confirm, note, progress, table
from crossdock.ports.stores import Fenced, Store
from crossdock.transports import machine

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rebuild")(rebuild)


def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Compare and change nothing; servers may go on.")] = False,
    processes: Annotated[
        bool,
        typer.Option(help="Take today's decisions also where they differ from those that were carried out."),
    ] = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Make states, lists, exceptions, deadlines and names what the log makes of them; nothing leaves the house.

    Stop every worker first. What was done stays done when it is interrupted; the next run goes on from there.
    """
    if not check:
        confirm("Rebuild all read models from the log?", yes=yes)

    async def work(installation: Installation, store: Store) -> Report:
        hub = bootstrap.hub(installation, store)
        rebuilder = Rebuilder(store, hub.reducer, hub.clock, machine.worker_name(), processes=processes)
        try:
            with progress("partitions") as told:
                report = await (rebuilder.check(told) if check else rebuilder.rebuild(told))
        finally:
            await hub.close()
        if not check:
            detail = f"{report.healed} subjects healed, hash {report.log}"
            await store.run(lambda tx: tx.doors.audit(now(), actor(), "rebuild", "read models", detail))
        return report

    try:
        report = with_store(config, work)
    except Busy as error:
        raise Stop("Stop all workers (servers) first, then rebuild; nothing was changed.", str(error)) from error
    except Fenced as error:
        raise Stop("A worker started meanwhile: stop it, then rebuild again; it goes on there.", str(error)) from error
    if json:
        as_json({"equal": report.equal, "report": report})
    else:
        _print(report, check=check)
    if not report.equal:
        raise typer.Exit(Exit.FOUND)


def _print(report: Report, *, check: bool) -> None:
    if report.differences:
        table(((each.subject, ", ".join(each.parts)) for each in report.differences[:_SHOWN]), "order", "differs in")
    if len(report.differences) > _SHOWN:
        note(f"and {len(report.differences) - _SHOWN} more; --json has them all")
    if report.otherwise:
        note(
            f"{len(report.otherwise)} orders were decided by another version or configuration; their decisions "
            "were kept (--processes takes today's): " + ", ".join(report.otherwise[:_SHOWN])
        )
    if report.resumed:
        note(f"went on after {report.resumed} of 64 partitions of an earlier run")
    if not check:
        note(f"{report.healed} subjects were put right")
    note(f"{report.subjects} subjects of {report.events} events")
    note(f"kept {report.kept}")
    note(f"log  {report.log}")
    verdict = "equal: every read model is what the log makes of it"
    note(
        verdict
        if report.equal
        else f"{len(report.differences)} subjects differ; put them right with: crossdock rebuild"
    )
