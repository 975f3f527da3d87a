"""What belongs to no screen: coming in and leaving, how pages look, inviting others, live numbers, the palette."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.response import Redirect, ServerSentEvent
from msgspec import Struct

from crossdock.ports.rows import Found
from crossdock.ports.stores import Transaction
from crossdock.tower.desk import COOKIE, DENSITIES, THEMES, At, clean, local, session_of
from crossdock.tower.screens.filters import href_of, named_like
from crossdock.tower.sessions import Role

SEGMENTS = ("enter", "leave", "session", "undo", "live", "palette", "documents", "static")
"""First path segments that belong to no screen."""

_YEAR = 365 * 86_400
_NOT_UNDONE = "Nothing was undone: it is too late, or somebody has moved it on meanwhile."
_HITS = 8
_EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


@get("/enter", opt={"open": True})
async def enter(request: Request[Any, Any, Any], desk: At, token: str = "") -> Response[Any]:
    """Use a one-time link."""
    session = desk.context.sessions.enter(token)
    if session is None:
        return desk.page(request, "locked.html", status=401, used=True)
    response: Response[Any] = Redirect("/", status_code=303)
    response.headers["set-cookie"] = desk.cookie(COOKIE, session.id)
    response.headers["cache-control"] = "no-store"
    now = desk.context.clock.now()
    await desk.context.store.run(lambda tx: tx.doors.audit(now, session.actor, "tower.enter", "", str(session.role)))
    return response


@post("/leave", status_code=303)
async def leave(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """End the session."""
    if await desk.form(request) is None:
        return desk.forged(request)
    desk.context.sessions.leave(session_of(request).id)
    response: Response[Any] = Redirect("/", status_code=303)
    response.headers["set-cookie"] = desk.cookie(COOKIE, "", 0)
    return response


@get("/session")
async def session(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Who you are here, how pages look, the shortcuts, and a link for somebody else."""
    return desk.page(request, "session.html", roles=tuple(Role), themes=THEMES, densities=DENSITIES, link="")


@post("/session/preferences", status_code=303)
async def preferences(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Light or dark, cosy or compact; kept in a cookie of its own."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    name, value = next(
        ((name, form[name]) for name, words in (("theme", THEMES), ("density", DENSITIES)) if form.get(name) in words),
        ("theme", THEMES[0]),
    )
    response: Response[Any] = Redirect(local(form.get("back", "/")), status_code=303)
    response.headers["set-cookie"] = desk.cookie(name, value, _YEAR)
    return response


@post("/session/invite", status_code=200, opt={"role": Role.ENGINEER})
async def invite(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """A one-time link for somebody else, with a role and the name that stands in the audit."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    role = Role(form["role"]) if form.get("role") in {*Role} else Role.SUPPORT
    name = clean(form.get("name", ""))
    token = desk.context.sessions.invite(role, name)
    actor, now = session_of(request).actor, desk.context.clock.now()
    await desk.context.store.run(lambda tx: tx.doors.audit(now, actor, "tower.invite", name, str(role)))
    link = f"{str(request.base_url).rstrip('/')}/enter?token={token}"
    return desk.page(request, "session.html", roles=tuple(Role), themes=THEMES, densities=DENSITIES, link=link)


@post("/undo/{token:str}", status_code=303)
async def undo(request: Request[Any, Any, Any], desk: At, token: str) -> Response[Any]:
    """Take back what this session just did, as an act of its own."""
    if await desk.form(request) is None:
        return desk.forged(request)
    session, now = session_of(request), desk.context.clock.now()
    offer = desk.undoing.take(session, token)
    count = await desk.context.store.run(lambda tx: offer.inverse(tx, session.actor, now)) if offer else 0
    if offer is None or not count:
        return desk.page(request, "failed.html", status=409, what=_NOT_UNDONE, trace="")
    desk.context.store.wake(offer.wakes)
    return Redirect(f"{offer.back}{'&' if '?' in offer.back else '?'}done=undone", status_code=303)


@get("/live")
async def live(desk: At) -> ServerSentEvent:
    """The numbers of the navigation, now and whenever they change."""
    return ServerSentEvent(desk.live.stream())


class Hit(Struct, frozen=True):
    """A line of the palette."""

    text: str
    about: str
    href: str
    icon: str


@get("/palette")
async def palette(request: Request[Any, Any, Any], desk: At, q: str = "") -> list[Hit]:
    """Orders by any reference, whole or its beginning, and kept filters by their name."""
    text, session = clean(q), session_of(request)

    def step(tx: Transaction) -> list[Hit]:
        kept = named_like(tx, session, text, _HITS)
        return _hits(tx, text) + [Hit(each.name, f"filter of {each.place}", href_of(each), "bookmark") for each in kept]

    return await desk.context.store.read(step) if text else []


def _hits(tx: Transaction, text: str) -> list[Hit]:
    first: dict[str, Found] = {}
    for each in tx.views.search(text, _HITS * 3):
        first.setdefault(each.subject, each)
    return [_hit(tx, each) for each in list(first.values())[:_HITS]]


def _hit(tx: Transaction, found: Found) -> Hit:
    row = tx.views.shipment(found.subject)
    name = (row.sales_order or row.name) if row else found.subject
    about = f"{found.kind} {found.value}" if found.value != name else (row.customer if row else "")
    return Hit(name, about, f"/orders/{quote(found.subject, safe=':')}", "box")


@get("/documents/{sha256:str}")
async def document(request: Request[Any, Any, Any], desk: At, sha256: str) -> Response[Any]:
    """The bytes of a label or a proof, as a download."""
    blob = await desk.context.store.read(lambda tx: tx.blobs.get(clean(sha256)))
    try:
        data = await desk.context.documents.get(sha256) if blob else None
    except KeyError:
        data = None
    if blob is None or data is None:
        return desk.missing(request, "These bytes are gone or never were here", "crossdock doctor")
    extension = _EXTENSIONS.get(blob.media_type, "bin")
    headers = {
        "content-disposition": f'attachment; filename="{blob.kind}-{sha256[:12]}.{extension}"',
        "cache-control": "no-store",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)


ROUTES = (enter, leave, session, preferences, invite, undo, live, palette, document)
