"""Carriers and other partners: paused or not, how fast they are called, and both of it changed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from crossdock.backbone import desk as backbone
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_delivery import Health
from crossdock.tower.context import PartnerFacts
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.screens.desk_asking import UNREASONED, Asking, Field, ask, reason_of
from crossdock.tower.screens.partner_acts import undo_of
from crossdock.tower.sessions import Role


class Carrier(Struct, frozen=True):
    """A partner as it stands: ``waiting`` are commands in its lanes."""

    facts: PartnerFacts
    health: Health
    waiting: int

    @property
    def pace(self) -> str:
        """Calls per second and at once that hold now, in words."""
        health, (per_second, burst) = self.health, self.facts.limits
        held = per_second if health.per_second is None else health.per_second
        at_once = burst if health.burst is None else health.burst
        return f"{held:g} a second, {at_once} at once" if held else "no limit"


@get("/desk/carriers")
async def carriers(request: Request[Any, Any, Any], desk: At, done: str = "") -> Response[Any]:
    """All of them."""
    rows = await desk.read(lambda tx: _carriers(tx, desk))
    return desk.page(request, "desk_carriers.html", rows=rows, done=done)


@get("/desk/carriers/{partner:str}/{deed:str}", opt={"role": Role.ENGINEER})
async def preview(request: Request[Any, Any, Any], desk: At, partner: str, deed: str) -> Response[Any]:
    """What would happen, with the form for the reason."""
    return await _preview(request, desk, partner, deed, {})


@post("/desk/carriers/{partner:str}/{deed:str}", status_code=303, opt={"role": Role.ENGINEER})
async def act(request: Request[Any, Any, Any], desk: At, partner: str, deed: str) -> Response[Any]:
    """Pause, resume, or set the pace."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    reason, name = reason_of(form), clean(partner)
    if not reason or name not in {each.id for each in desk.context.partners}:
        return await _preview(request, desk, partner, deed, form, UNREASONED)
    actor, now = session_of(request).actor, desk.context.clock.now()

    def step(tx: Transaction) -> bool:
        if deed == "pause":
            return backbone.pause(tx, name, actor, reason, now)
        if deed == "resume":
            return backbone.resume(tx, name, actor, reason, now)
        backbone.limit(tx, name, *_pace(form), actor, reason, now)
        return True

    try:
        done = deed in {"pause", "resume", "pace"} and await desk.context.store.run(step)
    except ValueError:
        return await _preview(request, desk, partner, deed, form, "Write numbers: calls a second, and whole calls.")
    if not done:
        return await _preview(request, desk, partner, deed, form, "Nothing was done: it is so already.")
    desk.context.store.wake("outbound")
    token = "" if deed == "pace" else undo_of(request, desk, name, deed, "/desk/carriers")
    return Redirect(f"/desk/carriers?done={deed}&undo={token}", status_code=303)


def _carriers(tx: Transaction, desk: Desk) -> list[Carrier]:
    waiting: dict[str, int] = {}
    for name, _, count, _ in tx.lanes.depth(desk.context.clock.now()):
        waiting[name] = waiting.get(name, 0) + count
    return [Carrier(each, tx.partners.health(each.id), waiting.get(each.id, 0)) for each in desk.context.partners]


async def _preview(
    request: Request[Any, Any, Any], desk: Desk, partner: str, deed: str, form: Mapping[str, str], complaint: str = ""
) -> Response[Any]:
    rows = await desk.read(lambda tx: _carriers(tx, desk))
    found = next((each for each in rows if each.facts.id == partner), None)
    asking = _asking(found, deed) if found else None
    if asking is None:
        return desk.missing(request, f"There is nothing of this kind to do with “{partner}”", "crossdock partner list")
    return ask(request, desk, asking, form, complaint)


def _asking(carrier: Carrier, deed: str) -> Asking | None:
    name, health = carrier.facts.id, carrier.health
    fields: tuple[Field, ...] = ()
    if deed == "pause":
        title, button, possible = f"Pause {name}", "Pause", not health.paused
        effect = (
            f"{name} is called no more. Its {carrier.waiting} waiting commands and all to come stay in their lanes."
        )
    elif deed == "resume":
        title, button, possible = f"Resume {name}", "Resume", health.paused
        effect = f"{name} is called again; {carrier.waiting} waiting commands go out in the order they were asked for."
    elif deed == "pace":
        title, button, possible = f"How fast {name} is called", "Set it", True
        effect = f"For all workers together; now {carrier.pace}. Left empty, it is as configured."
        fields = (
            Field("per_second", "Calls a second (0: no limit)", _number(health.per_second), required=False),
            Field("burst", "Calls at once after a pause", _number(health.burst), required=False),
        )
    else:
        return None
    cli = f"crossdock partner {'limit' if deed == 'pace' else deed} {name}"
    return Asking(
        title=title, effect=effect if possible else f"{name} is {'paused' if health.paused else 'not paused'} already.",
        action=f"/desk/carriers/{quote(name, safe='')}/{deed}", back="/desk/carriers", cli=cli,
        button=button if possible else "", danger=deed == "pause", fields=fields,
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _pace(form: Mapping[str, str]) -> tuple[float | None, int | None]:
    """Raises `ValueError`."""
    per_second, burst = form.get("per_second", "").strip(), form.get("burst", "").strip()
    rate = float(per_second) if per_second else None
    at_once = int(burst) if burst else None
    if (rate is not None and not 0 <= rate <= 1_000_000) or (at_once is not None and not 1 <= at_once <= 1_000_000):
        raise ValueError("out of range")
    return rate, at_once


ROUTES = (carriers, preview, act)
