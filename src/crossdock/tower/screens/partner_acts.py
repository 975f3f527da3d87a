"""Pausing a partner, resuming it, slowing it down: each says first what would happen, and asks why."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from crossdock.backbone import desk as partner_desk
from crossdock.backbone.breaker import effective
from crossdock.ports.stores import Transaction
from crossdock.tower.context import PartnerFacts
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.sessions import Role
from crossdock.tower.undoing import Inverse
from crossdock.views.standing import PartnerLine, partners_now

_LONGEST_REASON = 500
_LIMIT = "limit"
_MOST_CALLS = 1_000_000
_OPPOSITE = {"pause": partner_desk.resume, "resume": partner_desk.pause}
_NOTHING: Mapping[str, str] = {}
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
    return ("resume", _LIMIT) if line.paused else ("pause", _LIMIT)


class Pace(Struct, frozen=True):
    """A token bucket as somebody wrote it; None is as configured."""

    per_second: float | None
    burst: int | None


def pace_of(form: Mapping[str, str]) -> Pace:
    """What was written. Raises `ValueError`."""
    per_second, burst = form.get("per_second", "").strip(), form.get("burst", "").strip()
    found = Pace(float(per_second) if per_second else None, int(burst) if burst else None)
    if not (
        0 <= (found.per_second or 0) <= _MOST_CALLS and 1 <= (1 if found.burst is None else found.burst) <= _MOST_CALLS
    ):
        raise ValueError("out of range")
    return found


@get(["/partners/{name:str}/pause", "/partners/{name:str}/resume"], opt={"role": Role.OPERATOR})
async def confirm(request: Request[Any, Any, Any], desk: At, name: str) -> Response[Any]:
    """Say what would happen, and ask for a reason."""
    return await _asking(request, desk, name)


@get("/partners/{name:str}/limit", opt={"role": Role.ENGINEER})
async def confirm_limit(request: Request[Any, Any, Any], desk: At, name: str) -> Response[Any]:
    """How fast it is called now, and how fast it is to be."""
    return await _asking(request, desk, name)


@post(["/partners/{name:str}/pause", "/partners/{name:str}/resume"], status_code=303, opt={"role": Role.OPERATOR})
async def act(request: Request[Any, Any, Any], desk: At, name: str) -> Response[Any]:
    """Do it; the audit says who and why."""
    return await _acted(request, desk, name)


@post("/partners/{name:str}/limit", status_code=303, opt={"role": Role.ENGINEER})
async def act_limit(request: Request[Any, Any, Any], desk: At, name: str) -> Response[Any]:
    """Set its token bucket for all workers together, or leave it to the configuration again."""
    return await _acted(request, desk, name)


async def _acted(request: Request[Any, Any, Any], desk: Desk, name: str) -> Response[Any]:
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    facts, deed = configured(desk, name), _deed(request)
    reason = form.get("reason", "").strip()[:_LONGEST_REASON]
    if facts is None or not reason:
        return await _asking(request, desk, name, form, _UNREASONED)
    try:
        step = _step(facts.id, deed, form, (session_of(request).actor, reason, desk.context.clock.now()))
    except ValueError:
        return await _asking(request, desk, name, form, "Calls a second and at once are numbers, or empty.")
    if not await desk.context.store.run(step):
        return await _asking(request, desk, name, form, _ALREADY)
    desk.context.store.wake("outbound")
    place = f"/partners/{quote(facts.id, safe='')}"
    token = _undo_of(request, desk, facts.id, deed, place) if deed in _OPPOSITE else ""
    return Redirect(f"{place}?done={deed}&undo={token}", status_code=303)


def _undo_of(request: Request[Any, Any, Any], desk: Desk, name: str, deed: str, back: str) -> str:
    """The token to take a pause or its end back with."""
    other = _OPPOSITE[deed]
    inverse: Inverse = lambda tx, actor, now: int(other(tx, name, actor, f"undo of {deed}", now))  # noqa: E731
    return desk.undoing.offer(session_of(request), inverse, back, Role.OPERATOR, "outbound")


def _step(partner: str, deed: str, form: Mapping[str, str], why: tuple[str, str, int]) -> Callable[[Transaction], bool]:
    """What is done, with who asks for it, why and when. Raises `ValueError` where a pace is no pace."""
    if deed == "pause":
        return lambda tx: partner_desk.pause(tx, partner, *why)
    if deed == "resume":
        return lambda tx: partner_desk.resume(tx, partner, *why)
    pace = pace_of(form)

    def limit(tx: Transaction) -> bool:
        partner_desk.limit(tx, partner, pace.per_second, pace.burst, *why)
        return True

    return limit


async def _asking(
    request: Request[Any, Any, Any], desk: Desk, name: str, form: Mapping[str, str] = _NOTHING, complaint: str = ""
) -> Response[Any]:
    facts = configured(desk, name)
    if facts is None:
        return unknown(request, desk, name)
    now = desk.context.clock.now()
    [line], health = await desk.read(lambda tx: (partners_now(tx, [facts.asked], now), tx.partners.health(facts.id)))
    return desk.page(
        request, "partner_act.html", status=422 if complaint else 200, facts=facts, line=line, deed=_deed(request),
        possible=possible(line, facts), limits=effective(facts.agreed.limits, health), form=form, complaint=complaint,
    )  # fmt: skip


def _deed(request: Request[Any, Any, Any]) -> str:
    return request.url.path.rpartition("/")[2]


ROUTES = (confirm, act, confirm_limit, act_limit)
