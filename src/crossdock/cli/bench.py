"""`crossdock bench`: what this machine carries with the configured store, against the shape of a day."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from crossdock.backbone.breaker import Limits
from crossdock.bootstrap import Installation, load
from crossdock.cli.output import AsJson, Exit, Stop, as_json, fail_with_faults, lines, note
from crossdock.devkit.capacity.measuring import Report, Size, measure
from crossdock.devkit.capacity.plot import plot
from crossdock.devkit.capacity.profile import InvalidProfile, Profile, bundled, read_profile, shipped
from crossdock.devkit.capacity.scratch import NoScratch, scratch_store
from crossdock.devkit.capacity.stage import Setting, Stage, StageBroke
from crossdock.settings.sections import Workers

_SQLITE_HERE = "sqlite:///crossdock.db"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench")(bench)


def bench(
    config: Annotated[
        Path, typer.Option(help="The configuration file; without one a SQLite file in this folder is measured.")
    ] = Path("crossdock.yaml"),
    profile: Annotated[
        str, typer.Option(help=f"The day to carry: {', '.join(shipped())}, or a file of your own.")
    ] = "peak-day",
    store: Annotated[
        str, typer.Option(help="Measure beside this store instead: sqlite:///FILE or postgresql://USER@HOST/NAME.")
    ] = "",
    orders: Annotated[int, typer.Option(min=10, help="Orders whose packages get the scans; ten scans each.")] = 400,
    timed: Annotated[int, typer.Option(min=5, help="Orders booked against the clock.")] = 60,
    seconds: Annotated[float, typer.Option(min=1, help="Length of the rehearsal of the busiest minute.")] = 15.0,
    json: AsJson = False,
) -> None:
    """Say how much of a day this machine carries: sustained rate, headroom, and what gives way first.

    Everything is measured on a store made for it beside the configured one, with simulated partners; production data
    is not touched, and nobody outside is called. Exit code 3 when the day does not fit.
    """
    day = profile_of(profile)
    report = asyncio.run(_measured(_installation(config, store), store, day, Size(orders, timed, seconds)))
    if json:
        as_json(report)
    else:
        lines([*plot(report.verdict), "", *_said(report)])
    if report.verdict.headroom < 1:
        raise typer.Exit(Exit.FOUND)


def profile_of(wanted: str) -> Profile:
    """The shipped profile of that name, or the one in that file. Raises `Stop`."""
    try:
        return bundled(wanted) if wanted in shipped() else read_profile(Path(wanted).read_text(encoding="utf-8"))
    except OSError as problem:
        names = ", ".join(shipped())
        raise Stop(
            f"There is no profile '{wanted}': name a file or one of {names}.", str(problem), Exit.USAGE
        ) from None
    except InvalidProfile as problem:
        raise Stop(f"The profile {wanted} is wrong; correct it.", str(problem), Exit.USAGE) from None


def _installation(config: Path, store: str) -> Installation | None:
    if not config.exists():
        where = "the store given" if store else "SQLite in this folder"
        note(f"There is no {config}: measuring {where} with the built-in settings.")
        return None
    installation, faults = load(config)
    if installation is None:
        fail_with_faults(faults)
    return installation


async def _measured(found: Installation | None, store: str, day: Profile, size: Size) -> Report:
    url, password = store or _SQLITE_HERE, ""
    if found is not None and not store:
        settings = found.settings.store
        url, password = settings.url, found.secrets.reveal(settings.password) if settings.password else ""
    try:
        async with scratch_store(url, password) as (address, folder):
            kind = "sqlite" if address.startswith("sqlite") else "postgresql"
            workers = found.settings.workers if found is not None else Workers()
            setting = Setting(address, folder, workers, _limits(found, "odoo"), _limits(found, ""))
            async with Stage(setting) as stage:
                return await measure(stage, day, size, note, store=kind, cores=os.cpu_count() or 1)
    except NoScratch as problem:
        raise Stop(
            "No store could be made to measure on: let the database's user create databases (ALTER ROLE … CREATEDB), "
            "or name another server with --store.",
            str(problem),
        ) from None
    except StageBroke as problem:
        raise Stop("The measured Crossdock did not get done; nothing of yours was touched.", str(problem)) from None


def _limits(found: Installation | None, connector: str) -> Limits:
    """How hard the configured system of record (or the first other partner) may be pressed."""
    for plan in found.plans if found is not None else ():
        if (plan.spec.id == "odoo") == (connector == "odoo"):
            return plan.limits
    return Limits()


def _said(report: Report) -> list[str]:
    verdict, rehearsal = report.verdict, report.rehearsal
    refused = {status: count for status, count in rehearsal.statuses.items() if status != "202"}
    door = f"{rehearsal.p50:.1f} ms (p50), {rehearsal.p99:.1f} ms (p99)"
    mix = f"{verdict.sustained_scans:>9.1f} messages and {verdict.sustained_orders:.2f} orders a second"
    return [
        f"{report.profile} on {report.store}, {report.cores} cores, one serving process",
        f"orders alone    {report.orders.per_second:>9.1f} a second, booked and labelled",
        f"messages alone  {report.scans.per_second:>9.1f} a second, to the last write-back",
        f"at the door     {report.intake_per_second:>9.1f} messages a second made durable",
        f"sustained       {mix}, mixed as at {verdict.busiest_hour:02}:00",
        f"headroom        {verdict.headroom:>9.1f} times the busiest minute",
        f"gives way first {verdict.bottleneck}",
        f"what to do      {verdict.advice}",
        f"rehearsal       {rehearsal.seconds:.0f} s of the busiest minute: the door answers in {door}"
        + (f", refused {refused}" if refused else ""),
        f"                all done {rehearsal.left_over_seconds:.1f} s after the last message",
    ]
