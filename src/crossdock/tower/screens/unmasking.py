"""Showing what is personal of one order to somebody from whom it is hidden: for a reason, for a while, in the audit."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.response import Redirect

from crossdock.ports.rows import ShipmentRow
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.screens.desk_asking import UNREASONED, Asking, ask, reason_of

_EFFECT = (
    "For a quarter of an hour you see the name, address, telephone number, mail address and signatures of this order, "
    "and its labels and proofs. That you looked, and why, stands in the audit for good."
)


@get("/unmask/{subject:path}")
async def confirm(request: Request[Any, Any, Any], desk: At, subject: str) -> Response[Any]:
    """Say what would be shown, and ask for a reason."""
    row = await _row(desk, subject)
    if row is None:
        return _unknown(request, desk, subject)
    if not session_of(request).masked:
        return Redirect(_place(row.subject), status_code=303)
    return ask(request, desk, _asking(row), {})


@post("/unmask/{subject:path}", status_code=303)
async def unmask(request: Request[Any, Any, Any], desk: At, subject: str) -> Response[Any]:
    """Show it to this session alone; the audit has who, which order and why, before anything is shown."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    row, reason, session = await _row(desk, subject), reason_of(form), session_of(request)
    if row is None:
        return _unknown(request, desk, subject)
    if not reason:
        return ask(request, desk, _asking(row), form, UNREASONED)
    name, now = row.subject, desk.context.clock.now()
    await desk.context.store.run(lambda tx: tx.doors.audit(now, session.actor, "personal.unmask", name, reason))
    desk.context.sessions.show(session, name)
    return Redirect(_place(name), status_code=303)


async def _row(desk: Desk, subject: str) -> ShipmentRow | None:
    name = clean(subject.lstrip("/"))
    return await desk.read(lambda tx: tx.views.shipment(name))


def _unknown(request: Request[Any, Any, Any], desk: Desk, subject: str) -> Response[Any]:
    return desk.missing(request, f"No order is known as “{subject.lstrip('/')}”", "crossdock trace SO0001")


def _place(subject: str) -> str:
    return f"/orders/{quote(subject, safe=':')}"


def _asking(row: ShipmentRow) -> Asking:
    return Asking(
        title=f"Show who {row.sales_order or row.name} is for",
        effect=_EFFECT,
        action=f"/unmask/{quote(row.subject, safe=':')}",
        back=_place(row.subject),
        cli="",
        button="Show for 15 minutes",
    )


ROUTES = (confirm, unmask)
