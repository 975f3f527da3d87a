"""The end of a day: labels of many orders in one file, manifests, pickups."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from crossdock.backbone import desk as backbone
from crossdock.model.instants import InvalidInstant, day_in, span_of_day, stamp
from crossdock.model.shipment import PickupWindow
from crossdock.ports.stores import Transaction
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.screens.desk_asking import UNREASONED, Asking, Field, ask, reason_of
from crossdock.tower.sessions import Role
from crossdock.views import handover
from crossdock.views.desk import DayLine, end_of_day, job_of, pickups_since
from crossdock.views.printing import PDF, LabelRef, NotPrintable, labels_of_day, merged

_MOST_PRINTED = 500
_WEEK = 7 * 86_400 * 1_000_000
_KINDS = {"manifest": "manifest.close.v1", "pickup": "pickup.schedule.v1", "no-pickup": "pickup.cancel.v1"}


class Day(Struct, frozen=True):
    """A day of the desk's zone (epoch microseconds), and whose labels: those of a partner, or of all."""

    name: str
    since: int
    until: int
    partner: str = ""

    def query(self, **more: str) -> str:
        """The address's words."""
        return urlencode({"day": self.name, "partner": self.partner, **more})

    def lines(self, tx: Transaction) -> list[DayLine]:
        """What was booked then."""
        return end_of_day(tx, self.since, self.until, self.partner)


class Group(Struct, frozen=True):
    """One carrier's part of a day."""

    partner: str
    lines: Sequence[DayLine]
    open: int
    commands: frozenset[str]


@get("/desk/day")
async def day(request: Request[Any, Any, Any], desk: At, done: str = "") -> Response[Any]:
    """What was booked with each carrier, what is in no manifest yet, its labels, and the pickups that stand."""
    chosen = _day_of(desk, request.query_params)
    lines, pickups = await desk.read(lambda tx: (chosen.lines(tx), pickups_since(tx, chosen.since - _WEEK)))
    facts = {each.id: each.commands for each in desk.context.partners}
    partners = sorted({each.partner for each in lines})
    groups = [
        Group(name, own, sum(not each.manifest_id for each in own), facts.get(name, frozenset()))
        for name in partners
        for own in [[each for each in lines if each.partner == name]]
    ]
    return desk.page(
        request, "desk_day.html", day=chosen, groups=groups, pickups=pickups[:50], done=done, most=_MOST_PRINTED,
        can_cancel={name for name, commands in facts.items() if "pickup.cancel.v1" in commands},
        today=day_in(desk.context.clock.now(), desk.context.timezone).isoformat(),
    )  # fmt: skip


@get("/desk/labels")
async def labels(request: Request[Any, Any, Any], desk: At, papers: str = "") -> Response[Any]:
    """The labels of a day and carrier, or those picked (``package``: order, then a blank, then the package), as one
    file: pages of a PDF, or one ZPL stream.
    """
    chosen = _day_of(desk, request.query_params)
    picked = set(request.query_params.getall("package", []))

    def step(tx: Transaction) -> list[LabelRef]:
        lines = [each for each in chosen.lines(tx) if not picked or f"{each.order} {each.package_id}" in picked]
        return labels_of_day(tx, lines, papers=papers == "1")

    found = await desk.read(step)
    if len(found) > _MOST_PRINTED:
        return _unprintable(request, desk, chosen, f"{len(found)} labels are too many for one file: pick fewer.")
    try:
        media_type, data = merged([(each, await desk.context.documents.get(each.document.sha256)) for each in found])
    except NotPrintable as problem:
        return _unprintable(request, desk, chosen, f"These labels cannot be printed together: {problem}.")
    except KeyError:
        return _unprintable(request, desk, chosen, "A label's bytes are gone: their retention is over.")
    name = f"labels-{chosen.name}{'-' + chosen.partner if chosen.partner.isidentifier() else ''}"
    extension = "pdf" if media_type == PDF else "zpl"
    headers = {
        "content-disposition": f'attachment; filename="{name}.{extension}"', "cache-control": "no-store",
    }  # fmt: skip
    return Response(data, media_type="application/octet-stream", headers=headers)


@get("/desk/jobs/{job_id:str}")
async def job(request: Request[Any, Any, Any], desk: At, job_id: str) -> Response[Any]:
    """How far a request is, and the documents it brought."""
    found = await desk.read(lambda tx: job_of(tx, clean(job_id)))
    if found is None:
        return desk.missing(request, f"There is no job “{job_id}”", f"crossdock desk job {job_id}")
    return desk.page(request, "desk_job.html", job=found)


@get("/desk/day/{deed:str}", opt={"role": Role.OPERATOR})
async def preview(request: Request[Any, Any, Any], desk: At, deed: str) -> Response[Any]:
    """What a carrier would be asked for, with the form for the rest."""
    return await _preview(request, desk, deed, dict(request.query_params))


@post("/desk/day/{deed:str}", status_code=303, opt={"role": Role.OPERATOR})
async def act(request: Request[Any, Any, Any], desk: At, deed: str) -> Response[Any]:
    """Ask for it; the same window or the same shipments asked for twice are one request."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    chosen, reason = _day_of(desk, form), reason_of(form)
    if not reason or not _declared(desk, chosen.partner, deed):
        return await _preview(request, desk, deed, form, UNREASONED)
    actor, now = session_of(request).actor, desk.context.clock.now()

    def step(tx: Transaction) -> str:
        asked = _counter(tx, chosen, deed, form)
        backbone.ask(tx, asked.subject, asked.request(actor, reason), now)
        return asked.request(actor, reason).id

    try:
        name = await desk.context.store.run(step)
    except (handover.NothingToHandOver, InvalidInstant) as problem:
        return await _preview(request, desk, deed, form, str(problem))
    desk.context.store.wake("log")
    return Redirect(f"/desk/jobs/{name}", status_code=303)


def _counter(tx: Transaction, chosen: Day, deed: str, form: Mapping[str, str]) -> handover.Counter:
    """Raises `handover.NothingToHandOver` and `InvalidInstant`."""
    if deed == "no-pickup":
        return handover.no_pickup(chosen.partner, clean(form.get("id", "")), clean(form.get("confirmation", "")))
    lines = chosen.lines(tx)
    if deed == "manifest":
        return handover.manifest(tx, chosen.partner, lines, chosen.name)
    window = PickupWindow(stamp(form.get("ready", "")), stamp(form.get("closes", "")))
    if not window.ready_at.at < window.closes_at.at:
        raise InvalidInstant("the window ends before it begins")
    weight, said = _kilograms(form.get("weight", "")), clean(form.get("instructions", ""))
    return handover.pickup(tx, chosen.partner, lines, chosen.name, window, weight, said)


async def _preview(
    request: Request[Any, Any, Any], desk: Desk, deed: str, form: Mapping[str, str], complaint: str = ""
) -> Response[Any]:
    chosen = _day_of(desk, form)
    if not _declared(desk, chosen.partner, deed):
        return desk.missing(request, "This carrier is not asked for such a thing here", "crossdock desk --help")
    lines = await desk.read(chosen.lines)
    return ask(request, desk, _asking(chosen, deed, form, lines), form, complaint)


def _asking(chosen: Day, deed: str, form: Mapping[str, str], lines: Sequence[DayLine]) -> Asking:
    who = chosen.partner
    hidden = [("day", chosen.name), ("partner", who)]
    own = lines if deed == "pickup" else [each for each in lines if not each.manifest_id]
    fields: tuple[Field, ...] = ()
    if deed == "no-pickup":
        number, confirmation = clean(form.get("id", "")), clean(form.get("confirmation", ""))
        hidden += [("id", number), ("confirmation", confirmation)]
        title, button, own = "Cancel the pickup", "Cancel it", []
        effect, cli = f"{who} is told not to come for pickup {number}.", f"crossdock desk cancel-pickup {who} {number}"
    elif deed == "manifest":
        title, button, cli = f"Close the day with {who}", "Close the manifest", f"crossdock desk manifest {who}"
        effect = f"{len(own)} shipments of {chosen.name} that are in no manifest yet are closed with {who}."
    else:
        title, button, cli = (
            f"Ask {who} for a pickup",
            "Ask for it",
            f"crossdock desk pickup {who} --ready … --closes …",
        )
        effect = f"{who} is asked to collect {len(own)} shipments of {chosen.name}. It may cost money."
        fields = (
            Field("ready", "Ready from (local time there)", f"{chosen.name}T15:00", "datetime-local"),
            Field("closes", "Until", f"{chosen.name}T18:00", "datetime-local"),
            Field("weight", "Kilograms in all", "1"),
            Field("instructions", "For the driver", required=False),
        )
    possible = deed == "no-pickup" or bool(own)
    return Asking(
        title=title, effect=effect if possible else "There is nothing of this day to hand over.", cli=cli,
        action=f"/desk/day/{deed}", back=f"/desk/day?{chosen.query(partner='')}", button=button if possible else "",
        danger=deed == "no-pickup", hidden=hidden, fields=fields,
        first=[(each.tracking_number, each.order) for each in own[:6]], rest=max(len(own) - 6, 0),
    )  # fmt: skip


def _declared(desk: Desk, partner: str, deed: str) -> bool:
    commands = {each.id: each.commands for each in desk.context.partners}
    return _KINDS.get(deed, "") in commands.get(partner, frozenset())


def _day_of(desk: Desk, given: Mapping[str, str]) -> Day:
    """The day an address or form names; today where it names none."""
    try:
        wanted = date.fromisoformat(given.get("day", ""))
        since, until = span_of_day(wanted, desk.context.timezone)
    except (ValueError, OverflowError):
        wanted = day_in(desk.context.clock.now(), desk.context.timezone)
        since, until = span_of_day(wanted, desk.context.timezone)
    return Day(wanted.isoformat(), since, until, clean(given.get("partner", "")))


def _kilograms(text: str) -> float:
    try:
        return min(max(float(text.replace(",", ".")), 0.1), 100_000.0)
    except ValueError:
        raise InvalidInstant(f"“{text}” is no weight in kilograms") from None


def _unprintable(request: Request[Any, Any, Any], desk: Desk, chosen: Day, why: str) -> Response[Any]:
    cli = f"crossdock desk labels --day {chosen.name} --out labels"
    return desk.page(request, "missing.html", status=422, what=why, cli=cli)


ROUTES = (day, labels, job, preview, act)
