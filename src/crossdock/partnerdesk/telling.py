"""Telling: a file or a form is shown as it would be understood, and taken when the person says so.

It becomes an exchange of the partner's like any other; the audit holds the person's name.
"""

import base64
import binascii
import hashlib
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from crossdock.governance.browsers import from_elsewhere
from crossdock.notices.tracking_links import hidden
from crossdock.partnerdesk.context import Desk
from crossdock.partnerdesk.dialect import Missing, order_event, scan_file, stock_event
from crossdock.partnerdesk.forms import LARGEST_FILE, form_of, mark_of
from crossdock.partnerdesk.pages import Here, Pages, shortened
from crossdock.partnerdesk.preview import Preview, preview_of
from crossdock.partnerdesk.sessions import Session, actor_of, allowed
from crossdock.partnerdesk.working import job_page, owned
from crossdock.ports.connector import Received

_BY_HAND = "by hand"
_LONGEST_NAME = 100


@get("/partner/upload")
async def choose(request: Request[Any, Any, Any], pages: Here) -> Response[Any]:
    """Choose a file."""
    return pages.page("upload.html", session=await pages.session(request), problem="", mark=mark_of())


@post("/partner/upload", status_code=200)
async def upload(request: Request[Any, Any, Any], pages: Here) -> Response[Any]:
    """Show what a file says."""
    session = await pages.session(request)
    form, file = await form_of(request)
    if not _ours(request, session, form):
        return pages.page("forged.html", 403, session=session)
    problem = ""
    if file is None or not file.data:
        problem = "Choose a file that has something in it."
    elif len(file.data) > LARGEST_FILE:
        problem = f"This file is too large: {LARGEST_FILE // 1024} KB are taken at once. Send it in parts."
    if problem or file is None:
        return pages.page("upload.html", 422, session, problem=problem, mark=mark_of())
    return await _shown(pages, session, file.data, shortened(file.name, _LONGEST_NAME) or "file", mark_of())


@post("/partner/order", status_code=200)
async def tell(request: Request[Any, Any, Any], pages: Here, subject: str = "", reference: str = "") -> Response[Any]:
    """Show what a form about an order says."""
    session = await pages.session(request)
    form, _ = await form_of(request)
    if not _ours(request, session, form):
        return pages.page("forged.html", 403, session=session)
    job = await owned(pages, session, subject, reference)
    mark = form.get("mark", "")
    try:
        body = order_event(job, form, mark, pages.context.clock.now())
    except Missing as problem:
        return job_page(pages, session, job, form, str(problem))
    return await _shown(pages, session, body, _BY_HAND, mark)


@get("/partner/hand")
async def hand(request: Request[Any, Any, Any], pages: Here) -> Response[Any]:
    """What can be told of no order: damaged stock of a warehouse, a scan of a carrier."""
    return _hand_page(pages, await pages.session(request), {}, "")


@post("/partner/hand", status_code=200)
async def tell_by_hand(request: Request[Any, Any, Any], pages: Here) -> Response[Any]:
    """Show what it says."""
    session = await pages.session(request)
    form, _ = await form_of(request)
    if not _ours(request, session, form):
        return pages.page("forged.html", 403, session=session)
    now, mark = pages.context.clock.now(), form.get("mark", "")
    try:
        body = _written(session.desk, form, mark, now)
    except Missing as problem:
        return _hand_page(pages, session, form, str(problem))
    return await _shown(pages, session, body, _BY_HAND, mark)


@post("/partner/take", status_code=200)
async def take(request: Request[Any, Any, Any], pages: Here) -> Response[Any]:
    """Take what was shown: it goes the same road as what machines send."""
    session = await pages.session(request)
    form, _ = await form_of(request)
    if not _ours(request, session, form):
        return pages.page("forged.html", 403, session=session)
    try:
        body = base64.b64decode(form.get("body", ""), validate=True)
    except (binascii.Error, ValueError):
        body = b""
    name, mark = shortened(form.get("name", ""), _LONGEST_NAME), form.get("mark", "")[:64]
    message = _message(pages, session, body)
    shown = await pages.context.store.read(lambda tx: preview_of(tx, session.desk, message))
    if len(body) > LARGEST_FILE or not shown.good:
        return _preview(pages, session, shown, body, name, mark)
    delivery = hidden(pages.context.secret, "delivery", session.person.id, mark, hashlib.sha256(body).hexdigest())
    kept = await pages.context.intake.take(session.person.partner, message, f"desk-{delivery[:40]}")
    if kept.status != 202:
        text = kept.why.operator if kept.why else "It could not be taken now. Please try again."
        return pages.page("upload.html", kept.status, session, problem=text, mark=mark_of())
    if not kept.repeated:
        now, who = pages.context.clock.now(), actor_of(session.person)
        await pages.context.store.run(lambda tx: tx.doors.audit(now, who, "partner.told", kept.exchange_id, name))
    return Redirect(f"/partner?done={'before' if kept.repeated else 'taken'}", status_code=303)


def _written(desk: Desk, form: dict[str, str], mark: str, now: int) -> bytes:
    if desk.kind == "warehouse":
        return stock_event(form, mark, now)
    if desk.kind == "carrier":
        return scan_file(desk, form, now)
    raise Missing("this partner tells by files alone")


def _hand_page(pages: Pages, session: Session, given: dict[str, str], problem: str) -> Response[str]:
    mark = given.get("mark") or mark_of()
    return pages.page("hand.html", 422 if problem else 200, session, given=given, problem=problem, mark=mark)


async def _shown(pages: Pages, session: Session, body: bytes, name: str, mark: str) -> Response[str]:
    message = _message(pages, session, body)
    shown = await pages.context.store.read(lambda tx: preview_of(tx, session.desk, message))
    return _preview(pages, session, shown, body, name, mark)


def _preview(pages: Pages, session: Session, shown: Preview, body: bytes, name: str, mark: str) -> Response[str]:
    return pages.page(
        "preview.html", 200 if shown.good else 422, session, shown=shown, name=name, mark=mark,
        body=base64.b64encode(body).decode() if shown.good else "",
    )  # fmt: skip


def _message(pages: Pages, session: Session, body: bytes) -> Received:
    is_json = body.lstrip()[:1] in {b"{", b"["}
    kind = "application/json" if is_json else "text/csv"
    headers = {"x-request-id": f"partner-desk/{session.person.id}"}
    return Received(session.desk.channel, body, headers, pages.context.clock.now(), kind, path="/partner/take")


def _ours(request: Request[Any, Any, Any], session: Session, form: dict[str, str]) -> bool:
    return allowed(session, form.get("csrf", "")) and not from_elsewhere(request.headers)


ROUTES = (choose, upload, tell, hand, tell_by_hand, take)
