"""What people do with messages: let one go on, end one, read one again. Each says first what would happen."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from crossdock.ports.asking import Plan
from crossdock.ports.rows import ExchangeDetail, ExchangeRow
from crossdock.ports.stores import Transaction
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.sessions import Role
from crossdock.views.doubt import warning_of
from crossdock.views.wording import command_name

_LONGEST_REASON = 500
_STATUSES = {"retry": {"parked", "refused", "in_doubt", "retry", "waiting"}, "discard": {"parked", "refused"}}
_READ_AGAIN = {"translated", "waiting", "parked"}
_UNREASONED = "Say why, for those who read it later."
_MOVED_ON = "Nothing was done: it has moved on meanwhile."


def possible(row: ExchangeRow, *, correctable: bool = False) -> tuple[str, ...]:
    """What may be done with a message as it stands; ``correctable``: messages are corrected here."""
    acts = tuple(name for name, statuses in _STATUSES.items() if row.status in statuses)
    if row.direction != "inbound":
        return acts
    replay = ("replay",) if row.status in _READ_AGAIN else ()
    return (*acts, *replay, *(("correct",) if correctable and row.status == "parked" else ()))


@get("/parked")
async def parked(partner: str = "") -> Response[Any]:
    """Where this list was."""
    return Redirect(f"/messages?partner={partner}" if partner.isidentifier() else "/messages", status_code=301)


@get("/messages/{exchange_id:str}/{action:str}", opt={"role": Role.OPERATOR})
async def confirm(request: Request[Any, Any, Any], desk: At, exchange_id: str, action: str) -> Response[Any]:
    """Say what would happen, and ask for a reason."""
    return await _confirmation(request, desk, exchange_id, action)


@post("/messages/{exchange_id:str}/{action:str}", status_code=303, opt={"role": Role.OPERATOR})
async def act(request: Request[Any, Any, Any], desk: At, exchange_id: str, action: str) -> Response[Any]:
    """Let a message go on (``retry``) or end it (``discard``)."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    reason = form.get("reason", "").strip()[:_LONGEST_REASON]
    if action not in _STATUSES or not reason:
        return await _confirmation(request, desk, exchange_id, action, _UNREASONED)
    actor = session_of(request).actor
    now = desk.context.clock.now()
    requests = desk.context.requests

    def step(tx: Transaction) -> int:
        detail = tx.views.exchange(clean(exchange_id))
        if detail is None or detail.row.status not in _STATUSES[action]:
            return 0
        count = (requests.retry if action == "retry" else requests.discard)(tx, [detail.row.id], now)
        if count:
            tx.doors.audit(now, actor, f"exchange.{action}", detail.row.id, reason)
        return count

    if not await desk.context.store.run(step):
        return await _confirmation(request, desk, exchange_id, action, _MOVED_ON)
    _wake(desk)
    return Redirect(f"/messages?done={action}&count=1", status_code=303)


@get("/messages/{exchange_id:str}/replay", opt={"role": Role.ENGINEER})
async def foresee(
    request: Request[Any, Any, Any], desk: At, exchange_id: str, effects: str = "", complaint: str = ""
) -> Response[Any]:
    """What reading it again with today's rules would change, and whom it would call."""
    plan = await _plan(desk, exchange_id, effects=effects == "1")
    return desk.page(
        request, "replay.html", status=422 if complaint else 200, plan=plan, exchange_id=exchange_id,
        effects=effects == "1", complaint=complaint,
    )  # fmt: skip


@post("/messages/{exchange_id:str}/replay", status_code=303, opt={"role": Role.ENGINEER})
async def replay(request: Request[Any, Any, Any], desk: At, exchange_id: str) -> Response[Any]:
    """Do what was foreseen."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    reason = form.get("reason", "").strip()[:_LONGEST_REASON]
    effects = form.get("effects") == "1"
    plan = await _plan(desk, exchange_id, effects=effects)
    if not reason or plan is None or not plan.ids:
        told = _MOVED_ON if reason else _UNREASONED
        return desk.page(
            request, "replay.html", status=422, plan=plan, exchange_id=exchange_id, effects=effects, complaint=told
        )
    actor, now = session_of(request).actor, desk.context.clock.now()

    def step(tx: Transaction) -> int:
        count = desk.context.requests.replay(tx, plan.ids, now, effects=effects)
        tx.doors.audit(now, actor, "exchange.replay", f"{len(plan.ids)} messages", reason)
        return count

    count = await desk.context.store.run(step)
    _wake(desk)
    return Redirect(f"/messages?show=all&done=replay&count={count}", status_code=303)


async def _plan(desk: Desk, exchange_id: str, *, effects: bool) -> Plan | None:
    if desk.context.plan is None:
        return None
    return await desk.context.plan((clean(exchange_id),), "", 0, 0, "", effects=effects)


def _wake(desk: Desk) -> None:
    for topic in ("inbound", "outbound", "log"):
        desk.context.store.wake(topic)


async def _confirmation(
    request: Request[Any, Any, Any], desk: Desk, exchange_id: str, action: str, complaint: str = ""
) -> Response[Any]:
    detail = await desk.read(lambda tx: tx.views.exchange(clean(exchange_id)))
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


ROUTES = (parked, foresee, replay, confirm, act)
