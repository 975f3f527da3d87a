"""`crossdock desk`: the carriers' desk. Everything asked for goes through the engine, once, and is audited."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from crossdock.backbone import desk
from crossdock.backbone.documents import StoredDocuments
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, installation, now, read, with_store, write
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, as_json, note, table
from crossdock.model.commands import CheckAddress
from crossdock.model.desk import Book, DeskRequested, Return, Void, Wish
from crossdock.model.identifiers import digest
from crossdock.model.instants import InvalidInstant, day_in, span_of_day, stamp
from crossdock.model.shipment import PickupWindow
from crossdock.ports.stores import Store, Transaction
from crossdock.transports import machine
from crossdock.views import handover
from crossdock.views.desk import end_of_day, job_of, unanswerable
from crossdock.views.printing import LabelRef, NotPrintable, labels_of, labels_of_day, merged
from crossdock.views.timeline import Ambiguous, Story, resolve, story_of

Orders = Annotated[list[str] | None, typer.Argument(help="Orders, by any of their references.", metavar="[ORDER...]")]
Order = Annotated[str, typer.Argument(help="An order, by any of its references.", metavar="ORDER")]
Partner = Annotated[str, typer.Argument(help="The carrier's partner id.", metavar="PARTNER")]
Package = Annotated[str, typer.Option("--package", help="Which package; needed where the order has several.")]
Papers = Annotated[bool, typer.Option("--papers", help="Also what goes with the goods, such as customs invoices.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for those who read it later.")]
Day = Annotated[str, typer.Option("--day", help="YYYY-MM-DD in the zone of project.timezone; today unless given.")]
PrintedDay = Annotated[str, typer.Option("--day", help="All labels of a day instead: YYYY-MM-DD, or today.")]
OfPartner = Annotated[str, typer.Option("--partner", help="With --day: only this carrier's.")]


GROUP = typer.Typer(name="desk", help="The carriers' desk: labels, end of day, pickups, returns.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command in _COMMANDS.items():
        GROUP.command(name)(command)
    app.add_typer(GROUP)


def labels(
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to: a folder, or a file for all of them in one.")],
    orders: Orders = None,
    package: Package = "",
    on: PrintedDay = "",
    partner: OfPartner = "",
    *,
    papers: Papers = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Print labels, of orders or of a whole day: each into a folder, or all into one file (PDF pages, or one ZPL
    stream).
    """
    if bool(orders) == bool(on):
        raise Stop("Name orders, or a day with --day.", code=Exit.USAGE)

    async def work(_: object, store: Store) -> list[tuple[LabelRef, bytes]]:
        if on:
            since, until, _name = _day(config, on)
            found = await store.read(lambda tx: labels_of_day(tx, end_of_day(tx, since, until, partner), papers=papers))
        else:
            found = await store.read(
                lambda tx: [ref for each in orders or () for ref in labels_of(_story(tx, each), package, papers=papers)]
            )
        documents = StoredDocuments(store, machine.RealClock())
        return [(ref, await documents.get(ref.document.sha256)) for ref in found]

    try:
        found = with_store(config, work)
    except KeyError as gone:
        raise Stop("A label's bytes are gone: their retention is over. Void it and book again.", str(gone)) from None
    written = _write(found, out)
    if json:
        as_json({"labels": [each for each, _ in found], "files": written})
    else:
        note(f"{len(found)} labels in {', '.join(written) or 'no file'}")


def _write(found: list[tuple[LabelRef, bytes]], out: Path) -> list[str]:
    if not out.suffix:
        out.mkdir(parents=True, exist_ok=True)
        for ref, data in found:
            (out / Path(ref.document.name).name).write_bytes(data)
        return [str(out / Path(ref.document.name).name) for ref, _ in found]
    try:
        _, data = merged(found)
    except NotPrintable as problem:
        raise Stop(f"These labels cannot be printed together: {problem}.", code=Exit.FAILED) from None
    out.write_bytes(data)
    return [str(out)]


def day(partner: Partner, on: Day = "", config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List what was booked with a carrier on one day and is not void."""
    since, until, _ = _day(config, on)
    lines = read(config, lambda tx: end_of_day(tx, since, until, partner))
    if json:
        as_json(lines)
        return
    columns = ("order", "package", "carrier", "service", "tracking number", "manifest")
    rows = ((e.order, e.package_id, e.carrier, e.service, e.tracking_number, e.manifest_id or "-") for e in lines)
    table(rows, *columns)


def manifest(
    partner: Partner,
    on: Day = "",
    dry_run: DryRun = False,
    reason: Reason = "end of day",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Close the day with a carrier: everything booked and in no manifest yet."""
    since, until, name = _day(config, on)
    lines = read(config, lambda tx: end_of_day(tx, since, until, partner))
    asked = _counter(config, lambda tx: handover.manifest(tx, partner, lines, name))
    _relay(config, asked, reason, dry_run=dry_run, json=json)


def pickup(
    partner: Partner,
    ready: Annotated[str, typer.Option("--ready", help="From when, local time at the place: 2026-11-23T14:00.")],
    closes: Annotated[str, typer.Option("--closes", help="Until when, local time at the place.")],
    *,
    on: Day = "",
    weight: Annotated[float, typer.Option("--weight", help="Kilograms in all.", min=0.1)] = 1.0,
    instructions: Annotated[str, typer.Option("--instructions", help="For the driver.")] = "",
    dry_run: DryRun = False,
    reason: Reason = "pickup",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Ask a carrier to collect what was booked on a day. The same window asked for twice is one pickup."""
    since, until, name = _day(config, on)
    lines = read(config, lambda tx: end_of_day(tx, since, until, partner))
    try:
        window = PickupWindow(stamp(ready), stamp(closes))
    except InvalidInstant as problem:
        raise Stop(f"Write times as 2026-11-23T14:00: {problem}.", code=Exit.USAGE) from None
    asked = _counter(config, lambda tx: handover.pickup(tx, partner, lines, name, window, weight, instructions))
    _relay(config, asked, reason, dry_run=dry_run, json=json)


def cancel_pickup(
    partner: Partner,
    pickup_id: Annotated[str, typer.Argument(help="The carrier's id of the pickup.")],
    confirmation: Annotated[str, typer.Option("--confirmation", help="What the carrier confirmed it by.")] = "",
    dry_run: DryRun = False,
    reason: Reason = "not needed",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Cancel a pickup."""
    _relay(config, handover.no_pickup(partner, pickup_id, confirmation), reason, dry_run=dry_run, json=json)


def address(
    partner: Partner, order: Order, dry_run: DryRun = False, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False
) -> None:
    """Ask a carrier whether an order's delivery address exists."""
    known = read(config, lambda tx: _story(tx, order)).state.order
    if known is None:
        raise Stop(f"Nothing but tracking is known of '{order}'.", code=Exit.USAGE)
    reference = f"ad-{digest(known.id, msgspec.json.encode(known.ship_to).decode())[:12]}"
    command = CheckAddress(reference, known.ship_to)
    _relay(config, handover.Counter(partner, reference, command), "address check", dry_run=dry_run, json=json)


def book(
    order: Order, dry_run: DryRun = False, reason: Reason = "book", config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:  # fmt: skip
    """Book every package of an order that has no label, under a new reference."""
    wish(config, order, Book(), reason, dry_run=dry_run, json=json)


def void(
    order: Order,
    package: Package = "",
    again: Annotated[bool, typer.Option("--again", help="Book it anew once it is void.")] = False,
    dry_run: DryRun = False,
    reason: Reason = "void",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Void the label of a package and ask for the money back."""
    line = _package(config, order, package)
    wish(config, order, Void(line, again), reason, dry_run=dry_run, json=json)


def returned(
    order: Order, package: Package = "", dry_run: DryRun = False, reason: Reason = "return",
    config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False,
) -> None:  # fmt: skip
    """Get a label for the way back of a package."""
    line = _package(config, order, package)
    wish(config, order, Return(line), reason, dry_run=dry_run, json=json)


def job(
    job_id: Annotated[str, typer.Argument(help="The id a request was answered with.", metavar="JOB")],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show how far a request is."""
    found = read(config, lambda tx: job_of(tx, job_id))
    if found is None:
        raise Stop(f"There is no job '{job_id}'.", code=Exit.USAGE)
    if json:
        as_json(found)
    else:
        table([(found.id, found.kind, found.subject, found.state, found.text)], "job", "what", "about", "state", "note")


_COMMANDS: Mapping[str, Callable[..., None]] = {
    "labels": labels, "day": day, "manifest": manifest, "pickup": pickup, "cancel-pickup": cancel_pickup,
    "address": address, "book": book, "void": void, "return": returned, "job": job,
}  # fmt: skip


def wish(config: Path, order: str, wanted: Wish, reason: str, *, dry_run: bool, json: bool) -> None:
    """Ask for something of an order."""
    moment = now()
    story = read(config, lambda tx: _story(tx, order))
    if told := unanswerable(wanted, story.state):
        raise Stop(told, code=Exit.USAGE)
    key = digest(desk.name_of(wanted), story.subject, msgspec.json.encode(wanted).decode(), str(moment))[:24]
    _place(config, story.subject, DeskRequested(key, actor(), wanted, reason), moment, dry_run=dry_run, json=json)


def _counter(config: Path, step: Callable[[Transaction], handover.Counter]) -> handover.Counter:
    try:
        return read(config, step)
    except handover.NothingToHandOver as nothing:
        raise Stop(str(nothing), code=Exit.FOUND) from None


def _relay(config: Path, asked: handover.Counter, reason: str, *, dry_run: bool, json: bool) -> None:
    _declared(config, asked.partner, asked.kind)
    _place(config, asked.subject, asked.request(actor(), reason), now(), dry_run=dry_run, json=json)


def _declared(config: Path, partner: str, command: str) -> None:
    plans = {plan.id: plan for plan in installation(config).plans}
    if partner not in plans:
        raise Stop(f"There is no partner '{partner}'; there are {', '.join(sorted(plans))}.", code=Exit.USAGE)
    if command not in plans[partner].spec.commands:
        raise Stop(f"'{partner}' does not do this: its connector does not declare {command}.", code=Exit.USAGE)


def _place(config: Path, subject: str, request: DeskRequested, moment: int, *, dry_run: bool, json: bool) -> None:
    if dry_run:
        as_json({"job": request.id, "subject": subject, "would": desk.name_of(request.wish), "wish": request.wish})
        return
    fresh = write(config, lambda tx: desk.ask(tx, subject, request, moment), wakes=("log",))
    if json:
        as_json({"job": request.id, "subject": subject, "new": fresh})
    else:
        again = "" if fresh else ": asked for before"
        note(f"job {request.id} for {subject}{again}; see: crossdock desk job {request.id}")


def _story(tx: Transaction, order: str) -> Story:
    try:
        subject = resolve(tx, order)
    except Ambiguous as error:
        raise Stop(str(error), code=Exit.USAGE) from None
    story = story_of(tx, subject) if subject else None
    if story is None:
        raise Stop(f"No order is known as '{order}'.", code=Exit.USAGE)
    return story


def _package(config: Path, order: str, package: str) -> str:
    story = read(config, lambda tx: _story(tx, order))
    ids = [line.id for line in story.packages if package in {"", line.id, line.tracking_number, line.name}]
    if len(ids) != 1:
        known = ", ".join(line.id for line in story.packages)
        raise Stop(f"Say which package with --package: {known or 'none is known'}.", code=Exit.USAGE)
    return ids[0]


def _day(config: Path, text: str) -> tuple[int, int, str]:
    """A day of the warehouse's zone as epoch microseconds from and until, and its name."""
    zone = installation(config).settings.project.timezone
    try:
        wanted = date.fromisoformat(text) if text not in {"", "today"} else day_in(now(), zone)
    except ValueError:
        raise Stop(f"'{text}' is not a day such as 2026-11-23.", code=Exit.USAGE) from None
    return *span_of_day(wanted, zone), wanted.isoformat()
