"""Pausing and resuming a partner: each says first what would happen, and asks why."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.response import Redirect

from crossdock.backbone import desk as partner_desk
from crossdock.ports.stores import Transaction
from crossdock.tower.context import PartnerFacts
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.sessions import Role
from crossdock.tower.undoing import Inverse
from crossdock.views.standing import PartnerLine, partners_now

_LONGEST_REASON = 500
_DEEDS = {"pause": partner_desk.pause, "resume": partner_desk.resume}
_UNREASONED = "Say why, for those who read it later."
_ALREADY = "Nothing was done: somebody was faster."


def configured(desk: Desk, name: str) -> PartnerFacts | None:
    """The configured partner of this name."""
    return next((each for each in desk.context.partners if each.id == clean(name)), None)


def unknown(request: Request[Any, Any, Any], desk: Desk, name: str) -> Response[Any]:
    """404 with the next step."""
    return desk.missing(request, f"No partner is configured as “{name}”", "crossdock partner list")


def possible(line: PartnerLine, facts: PartnerFacts) -> tuple[str, ...]:
    """What may be done as it stands."""
    if not facts.agreed.enabled:
        return ()
    return ("resume",) if line.paused else ("pause",)


@get(["/partners/{name:str}/pause", "/partners/{name:str}/resume"], opt={"role": Role.ENGINEER})
async def confirm(request: Request[Any, Any, Any], desk: At, name: str) -> Response[Any]:
    """Say what would happen, and ask for a reason."""
    return await _asking(request, desk, name)


@post(["/partners/{name:str}/pause", "/partners/{name:str}/resume"], status_code=303, opt={"role": Role.ENGINEER})
async def act(request: Request[Any, Any, Any], desk: At, name: str) -> Response[Any]:
    """Do it; the audit says who and why."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    facts, deed = configured(desk, name), _deed(request)
    reason = form.get("reason", "").strip()[:_LONGEST_REASON]
    if facts is None or not reason:
        return await _asking(request, desk, name, _UNREASONED)
    actor, now = session_of(request).actor, desk.context.clock.now()

    def step(tx: Transaction) -> bool:
        return _DEEDS[deed](tx, facts.id, actor, reason, now)

    if not await desk.context.store.run(step):
        return await _asking(request, desk, name, _ALREADY)
    desk.context.store.wake("outbound")
    place = f"/partners/{quote(facts.id, safe='')}"
    return Redirect(f"{place}?done={deed}&undo={undo_of(request, desk, facts.id, deed, place)}", status_code=303)


def undo_of(request: Request[Any, Any, Any], desk: Desk, name: str, deed: str, back: str) -> str:
    """The token to take a pause or its end back with."""
    other = _DEEDS["resume" if deed == "pause" else "pause"]
    inverse: Inverse = lambda tx, actor, now: int(other(tx, name, actor, f"undo of {deed}", now))  # noqa: E731
    return desk.undoing.offer(session_of(request), inverse, back, Role.ENGINEER, "outbound")


async def _asking(request: Request[Any, Any, Any], desk: Desk, name: str, complaint: str = "") -> Response[Any]:
    facts = configured(desk, name)
    if facts is None:
        return unknown(request, desk, name)
    now = desk.context.clock.now()
    [line] = await desk.read(lambda tx: partners_now(tx, [facts.asked], now))
    return desk.page(
        request, "partner_act.html", status=422 if complaint else 200, facts=facts, line=line, deed=_deed(request),
        possible=possible(line, facts), complaint=complaint,
    )  # fmt: skip


def _deed(request: Request[Any, Any, Any]) -> str:
    return request.url.path.rpartition("/")[2]


ROUTES = (confirm, act)
