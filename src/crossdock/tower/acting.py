"""What people do on pages: come in, let a message go on, end one, set how pages look, leave.

Every action needs the session and its CSRF token, names its effect before the button, and is audited with a reason.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.response import Redirect

from crossdock.ports.rows import Counts, ExchangeDetail
from crossdock.ports.stores import Transaction
from crossdock.tower.desk import COOKIE, DENSITIES, THEMES, At, Desk, session_of
from crossdock.tower.sessions import allowed
from crossdock.views.doubt import warning_of
from crossdock.views.wording import command_name

_YEAR = 365 * 86_400
_LONGEST_REASON = 500
_STATUSES = {"retry": {"parked", "refused", "in_doubt", "retry", "waiting"}, "discard": {"parked", "refused"}}


@get("/enter", opt={"open": True})
async def enter(request: Request[Any, Any, Any], desk: At, token: str = "") -> Response[Any]:
    """Use the one-time link that ``crossdock serve`` printed."""
    session = desk.context.sessions.enter(token)
    if session is None:
        return desk.page(request, "locked.html", status=401, used=True)
    response: Response[Any] = Redirect("/", status_code=303)
    response.headers["set-cookie"] = desk.cookie(COOKIE, session.id)
    response.headers["cache-control"] = "no-store"
    now = desk.context.clock.now()
    await desk.context.store.run(lambda tx: tx.doors.audit(now, session.actor, "tower.enter", "", ""))
    return response


@post("/leave", status_code=303)
async def leave(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """End the session."""
    if await _form(request) is None:
        return _forged(request, desk)
    desk.context.sessions.leave(session_of(request).id)
    response: Response[Any] = Redirect("/", status_code=303)
    response.headers["set-cookie"] = desk.cookie(COOKIE, "", 0)
    return response


@post("/preferences", status_code=303)
async def preferences(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Light or dark, cosy or compact; kept in a cookie of its own."""
    form = await _form(request)
    if form is None:
        return _forged(request, desk)
    name, value = next(
        ((name, form[name]) for name, words in (("theme", THEMES), ("density", DENSITIES)) if form.get(name) in words),
        ("theme", THEMES[0]),
    )
    response: Response[Any] = Redirect(_local(form.get("back", "/")), status_code=303)
    response.headers["set-cookie"] = desk.cookie(name, value, _YEAR)
    return response


@get("/messages/{exchange_id:str}/{action:str}")
async def confirm(request: Request[Any, Any, Any], desk: At, exchange_id: str, action: str) -> Response[Any]:
    """Say what would happen, and ask for a reason."""
    return await _confirmation(request, desk, exchange_id, action)


@post("/messages/{exchange_id:str}/{action:str}", status_code=303)
async def act(request: Request[Any, Any, Any], desk: At, exchange_id: str, action: str) -> Response[Any]:
    """Let a message go on (``retry``) or end it (``discard``)."""
    form = await _form(request)
    if form is None:
        return _forged(request, desk)
    reason = form.get("reason", "").strip()[:_LONGEST_REASON]
    if action not in _STATUSES or not reason:
        return await _confirmation(request, desk, exchange_id, action, "Say why, for those who read it later.")
    actor = session_of(request).actor
    now = desk.context.clock.now()
    requests = desk.context.requests

    def step(tx: Transaction) -> int:
        detail = tx.views.exchange(exchange_id)
        if detail is None or detail.row.status not in _STATUSES[action]:
            return 0
        count = (requests.retry if action == "retry" else requests.discard)(tx, [exchange_id], now)
        if count:
            tx.doors.audit(now, actor, f"exchange.{action}", exchange_id, reason)
        return count

    if not await desk.context.store.run(step):
        return await _confirmation(request, desk, exchange_id, action, "Nothing was done: it has moved on meanwhile.")
    for topic in ("inbound", "outbound", "log"):
        desk.context.store.wake(topic)
    return Redirect(f"/parked?done={action}", status_code=303)


async def _confirmation(
    request: Request[Any, Any, Any], desk: Desk, exchange_id: str, action: str, complaint: str = ""
) -> Response[Any]:
    def step(tx: Transaction) -> tuple[ExchangeDetail | None, Counts]:
        return tx.views.exchange(exchange_id.replace("\x00", "")), tx.views.counts()

    detail, counts = await desk.context.store.read(step)
    if detail is None or action not in _STATUSES:
        return desk.missing(request, f"There is no message “{exchange_id}” to act on", "crossdock parked")
    return desk.page(
        request,
        "confirm.html",
        status=422 if complaint else 200,
        row=detail.row,
        action=action,
        effect=effect_of(detail, action),
        possible=detail.row.status in _STATUSES[action],
        complaint=complaint,
        counts=counts,
    )


def effect_of(detail: ExchangeDetail, action: str) -> str:
    """What pressing the button will do, in one sentence."""
    row = detail.row
    if row.direction == "inbound":
        if action == "retry":
            return f"The message from {row.partner} is read again with today's mapping; what it says then takes effect."
        return f"The message from {row.partner} is ended: nothing it says will ever take effect."
    if action == "discard":
        ended = f"“{command_name(row.kind)}” is ended: {row.partner} will not be asked for it any more."
        return f"{ended} {warning_of(detail)}".rstrip()
    if row.status == "in_doubt":
        return (
            f"{row.partner} is asked whether “{command_name(row.kind)}” was carried out; only if not, it is sent again."
        )
    return f"“{command_name(row.kind)}” goes back into its lane and is sent to {row.partner} as soon as its turn comes."


async def _form(request: Request[Any, Any, Any]) -> dict[str, str] | None:
    """The fields of an action, or nothing when it does not carry the session's CSRF token."""
    fields = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    return fields if allowed(session_of(request), fields.get("csrf", "")) else None


def _forged(request: Request[Any, Any, Any], desk: Desk) -> Response[Any]:
    return desk.page(request, "forged.html", status=403)


def _local(address: str) -> str:
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if plain else "/"


ROUTES = (enter, leave, preferences, confirm, act)
