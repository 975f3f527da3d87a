"""Proof of delivery, behind a second factor: a code that is mailed to the address of the order, good once."""

from http.cookies import SimpleCookie
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from crossdock.governance.browsers import from_elsewhere
from crossdock.model.mailboxes import is_address
from crossdock.trackpage.following import language_in
from crossdock.trackpage.forms import fields_of
from crossdock.trackpage.guarding import CODE_LIFE, PASS
from crossdock.trackpage.site import Here, Site
from crossdock.views.customers import CustomerOrder

_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_MINUTE = 60_000_000


@get("/track/{token:str}/proof")
async def proof(request: Request[Any, Any, Any], site: Here, token: str) -> Response[Any]:
    """The proofs where the code was entered, else the way to a code."""
    order = await site.opened(request, token)
    if not site.guard.proven(request, order.subject):
        return _gate(request, site, order, token, "ask")
    proven = [each for each in order.parcels if each.proven]
    kinds = {each.number: await _picture_type(site, each.proof.sha256) for each in proven if each.proof}
    return site.page(request, "proof.html", order=order, token=token, proven=proven, kinds=kinds)


@post("/track/{token:str}/proof", status_code=200)
async def send_code(request: Request[Any, Any, Any], site: Here, token: str) -> Response[Any]:
    """Mail a code, or take the one that was mailed."""
    order = await site.opened(request, token)
    form = await fields_of(request)
    if from_elsewhere(request.headers) or not site.guard.form_of(order.subject, form.get("form", "")):
        return site.page(request, "forged.html", 403, order=order, token=token)
    if "code" in form:
        return await _enter(request, site, order, token, form["code"])
    mail = site.context.mail
    if mail is None or not is_address(order.email):
        return _gate(request, site, order, token, "impossible", 409)
    code = await site.context.store.run(lambda tx: site.guard.fresh_code(tx, order.subject))
    if code is None:
        return _gate(request, site, order, token, "too_many", 429)
    words = site.words(request, order)
    minutes = CODE_LIFE // _MINUTE
    subject = words.of("mail", "subject", code=code)
    text = words.of("mail", "text", code=code, order=order.name, minutes=minutes, shop=site.context.look.shop)
    if not await mail(order.email, words.language, subject, text):
        return _gate(request, site, order, token, "unsent", 503)
    return _gate(request, site, order, token, "sent")


@get("/track/{token:str}/proof/{number:str}")
async def document(request: Request[Any, Any, Any], site: Here, token: str, number: str) -> Response[Any]:
    """The photo or paper of one parcel of this order, to who entered the code."""
    order = await site.opened(request, token)
    parcel = order.parcel(number)
    if parcel is None or parcel.proof is None or not site.guard.proven(request, order.subject):
        return site.page(request, "gone.html", 404, lookup=None, key="missing")
    data = await _bytes(site, parcel.proof.sha256)
    kind = _kind_of(data)
    headers = {"cache-control": "private, no-store", "content-security-policy": "default-src 'none'; sandbox"}
    if not kind:
        headers["content-disposition"] = 'attachment; filename="proof.pdf"'
    return Response(data, media_type=kind or "application/octet-stream", headers=headers, status_code=_found(data))


async def _enter(
    request: Request[Any, Any, Any], site: Site, order: CustomerOrder, token: str, code: str
) -> Response[Any]:
    now = site.context.clock.now()

    def step(tx: Any) -> bool:
        right = site.guard.right_code(tx, order.subject, code)
        tx.doors.audit(now, "customer", "proof.opened" if right else "proof.refused", order.subject, "")
        return right

    if not await site.context.store.run(step):
        return _gate(request, site, order, token, "wrong", 403)
    value, seconds = site.guard.pass_for(order.subject)
    answer: Response[Any] = Redirect(f"/track/{token}/proof{language_in(request, site)}", status_code=303)
    answer.headers["set-cookie"] = _cookie(value, seconds, secure=site.context.secure)
    return answer


def _gate(
    request: Request[Any, Any, Any], site: Site, order: CustomerOrder, token: str, state: str, status: int = 200
) -> Response[str]:
    form = site.guard.form(order.subject)
    if not site.context.mail or not is_address(order.email):
        state = "impossible"
    minutes = CODE_LIFE // _MINUTE
    return site.page(request, "code.html", status, order, token=token, state=state, form=form, minutes=minutes)


def _cookie(value: str, seconds: int, *, secure: bool) -> str:
    jar: SimpleCookie = SimpleCookie()
    jar[PASS] = value
    jar[PASS]["path"] = "/track"
    jar[PASS]["httponly"] = True
    jar[PASS]["samesite"] = "Strict"
    jar[PASS]["max-age"] = seconds
    if secure:
        jar[PASS]["secure"] = True
    return jar[PASS].OutputString()


async def _bytes(site: Site, sha256: str) -> bytes:
    try:
        return await site.context.documents.get(sha256)
    except KeyError:
        return b""


async def _picture_type(site: Site, sha256: str) -> str:
    """picture, paper, or gone."""
    data = await _bytes(site, sha256)
    return ("picture" if _kind_of(data) else "paper") if data else "gone"


def _kind_of(data: bytes) -> str:
    """The media type of a picture by its own first bytes; what carriers call it is not believed."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _PICTURES.items() if data.startswith(start)), "")


def _found(data: bytes) -> int:
    return 200 if data else 404


ROUTES = (proof, send_code, document)
