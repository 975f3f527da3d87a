"""The application: every command registers itself here, and every error leaves as two texts and an exit code."""

import sys
import traceback
from typing import Annotated

import typer

from crossdock import __version__
from crossdock.catalog import BrokenPlugin, UnknownPlugin
from crossdock.cli import (
    alerts,
    audit,
    availability,
    backup,
    bench,
    chaos,
    check,
    clients,
    config,
    connectors,
    demo,
    desk,
    desk_returns,
    doctor,
    drill,
    exceptions,
    failures,
    flows,
    golden,
    init,
    kpi,
    lint,
    log,
    mapping,
    metrics,
    migrate,
    notices,
    operations,
    orders,
    outboxes,
    parked,
    partner,
    partner_desk,
    process,
    rate,
    rebuild,
    reconcile,
    references,
    replay,
    restore,
    retention,
    route,
    runbook,
    scorecard,
    serve,
    sim,
    trace,
    tracking,
    translate,
    workers,
)
from crossdock.cli.output import Exit, Stop, say_both, set_quiet
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.stores import InvalidStoreUrl, StoreFull, StoreUnavailable
from crossdock.ports.stream import StreamDown, StreamFault
from crossdock.transports.libraries import MissingLibrary

app = typer.Typer(
    name="crossdock",
    help="The logistics integration layer around Odoo: durable, exactly once, explainable.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_KNOWN: dict[type[Exception], str] = {
    StoreFull: "The disk or database is full: make room and try again; nothing was written.",
    StreamFault: "The log's stream is not what it should be: do what is said below.",
    StreamDown: "JetStream, where the log's older events are, cannot be reached: see that its servers run and that "
    "store.log is right.",
    StoreUnavailable: "The database cannot be reached: see that it runs and that store.url is right; "
    "crossdock runbook show database-failover says what to do when it is lost.",
    InvalidStoreUrl: "What store.url asks for cannot be a store here: change it as said below; nothing was opened.",
    UnknownSecret: "A secret is missing: provide it where its reference points.",
    BrokenPlugin: "Update or remove the plug-in that is broken.",
    MissingLibrary: "Install the client library named below, or take what needs it out of the configuration.",
    UnknownPlugin: "Choose one of the names below.",
}


def _version(value: bool) -> None:
    if value:
        typer.echo(f"crossdock {__version__}")
        raise typer.Exit


@app.callback()
def root(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print data and errors only.")] = False,
    _: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Say what holds for every command."""
    set_quiet(quiet=quiet)


for _command in (
    init,
    check,
    doctor,
    drill,
    exceptions,
    alerts,
    failures,
    flows,
    migrate,
    serve,
    demo,
    desk,
    desk_returns,
    trace,
    parked,
    partner,
    scorecard,
    kpi,
    metrics,
    process,
    rate,
    availability,
    reconcile,
    references,
    replay,
    rebuild,
    translate,
    mapping,
    golden,
    lint,
    log,
    chaos,
    bench,
    connectors,
    clients,
    audit,
    backup,
    restore,
    retention,
    runbook,
    sim,
    config,
    outboxes,
    notices,
    operations,
    orders,
    route,
    tracking,
    partner_desk,
    workers,
):
    _command.register(app)


def main(arguments: list[str]) -> int:
    """Run one command line and give its exit code."""
    try:
        app(args=arguments, prog_name="crossdock")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.FAILED
    except Stop as stop:
        say_both(stop.operator, stop.engineer)
        return stop.code
    except KeyboardInterrupt:
        return 130
    except Exception as problem:  # noqa: BLE001 - the last door: anything unknown is a bug and is shown whole
        return _explain(problem)
    return Exit.OK


def _explain(problem: Exception) -> Exit:
    for known, operator in _KNOWN.items():
        if isinstance(problem, known):
            say_both(operator, str(problem))
            return Exit.FAILED
    text = "This is a bug in Crossdock: report it with the text below; nothing half-done was kept."
    say_both(text, "".join(traceback.format_exception(problem)))
    return Exit.FAILED


def run() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))
