"""Putting a message right on a page: what it said in an editor, a check that says what would follow, and the making."""

from base64 import b64decode, b64encode
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect
from msgspec import Struct

from crossdock.backbone.correcting import Checked, Corrector, NotCorrectable
from crossdock.ports.rows import ExchangeDetail
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.sessions import Role
from crossdock.views.correcting import Editable, Preview, editable, preview_of, typed

LARGEST_UPLOAD = 1024 * 1024
"""Bytes of a file that a page takes; it travels with the form from the check to the making."""

_LARGEST_FORM = 4 * LARGEST_UPLOAD
_LONGEST_REASON = 500
_UNREASONED = "Say why, for those who read it later."
_UNCHECKED = "It was changed after it was checked. Look at what would follow now, then make the correction."
_NOTHING = "Choose a file with what the message should have said."


class Draft(Struct, frozen=True):
    """What a person has typed or uploaded so far. ``checked`` is the SHA-256 of what they were shown the effects of."""

    text: str = ""
    file: bytes = b""
    reason: str = ""
    checked: str = ""

    @property
    def carried(self) -> str:
        """An uploaded file, as a form can hold it."""
        return b64encode(self.file).decode()


@get("/messages/{exchange_id:str}/correct", opt={"role": Role.ENGINEER})
async def edit(request: Request[Any, Any, Any], desk: At, exchange_id: str) -> Response[Any]:
    """What was received, to be put right."""
    return await _page(request, desk, exchange_id, None)


@post(
    "/messages/{exchange_id:str}/correct", status_code=303, opt={"role": Role.ENGINEER},
    request_max_body_size=_LARGEST_FORM,
)  # fmt: skip
async def correct(request: Request[Any, Any, Any], desk: At, exchange_id: str) -> Response[Any]:
    """Check what was typed (``do=check``), or make the correction that was checked (``do=make``)."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    draft = await _draft(request, form)
    if form.get("do") != "make":
        return await _page(request, desk, exchange_id, draft)
    return await _make(request, desk, exchange_id, draft)


async def _draft(request: Request[Any, Any, Any], form: dict[str, str]) -> Draft:
    given = (await request.form()).get("file")
    fresh = await given.read() if isinstance(given, UploadFile) else b""
    try:
        carried = b64decode(form.get("carried", ""), validate=True)
    except ValueError:
        carried = b""
    reason = form.get("reason", "").strip()[:_LONGEST_REASON]
    return Draft(form.get("text", ""), fresh or carried, reason, form.get("checked", ""))


async def _make(request: Request[Any, Any, Any], desk: Desk, exchange_id: str, draft: Draft) -> Response[Any]:
    seen = await _look(desk, exchange_id, draft)
    checked = seen.checked
    if checked is None or not checked.acceptable or not draft.reason or checked.sha256 != draft.checked:
        told = _UNREASONED if not draft.reason else _UNCHECKED
        complaint = told if checked is not None and checked.acceptable else ""
        return _shown(request, desk, exchange_id, draft, seen, complaint)
    actor, now = session_of(request).actor, desk.context.clock.now()
    try:
        made, _ = await desk.context.store.run(lambda tx: Corrector.make(tx, checked, actor, draft.reason, now))
    except NotCorrectable as refusal:
        return _shown(request, desk, exchange_id, draft, Seen(seen.detail, refusal=refusal), "")
    desk.context.store.wake("inbound")
    return Redirect(f"/messages/{made.exchange_id}?done=correct", status_code=303)


class Seen(Struct, frozen=True):
    """A message and what a draft would do to it; or why it cannot be corrected."""

    detail: ExchangeDetail | None = None
    checked: Checked | None = None
    refusal: NotCorrectable | None = None
    missing: str = ""


async def _look(desk: Desk, exchange_id: str, draft: Draft | None) -> Seen:
    detail = await desk.read(lambda tx: tx.views.exchange(clean(exchange_id)))
    corrector = desk.context.corrector
    if detail is None or corrector is None:
        return Seen()
    if draft is None and detail.row.status == "parked" and detail.row.direction == "inbound":
        return Seen(detail)
    body = b"" if draft is None else draft.file if editable(detail).why else typed(detail, draft.text)
    if draft is not None and not body:
        return Seen(detail, missing=_NOTHING if editable(detail).why else "Nothing is left. To end it, discard it.")
    try:
        return Seen(detail, await corrector.check(detail.row.id, body, desk.context.clock.now()))
    except NotCorrectable as refusal:
        return Seen(detail, refusal=refusal)


async def _page(request: Request[Any, Any, Any], desk: Desk, exchange_id: str, draft: Draft | None) -> Response[Any]:
    seen = await _look(desk, exchange_id, draft)
    return _shown(request, desk, exchange_id, draft, seen, "")


def _shown(
    request: Request[Any, Any, Any], desk: Desk, exchange_id: str, draft: Draft | None, seen: Seen, complaint: str
) -> Response[Any]:
    if seen.detail is None:
        return desk.missing(request, f"There is no message “{exchange_id}” to correct", "crossdock parked list")
    offered: Editable = editable(seen.detail)
    preview: Preview | None = preview_of(seen.checked) if seen.checked is not None else None
    wrong = bool(complaint or seen.missing or seen.refusal or (preview is not None and not preview.acceptable))
    refused = seen.refusal.status if seen.refusal is not None and draft is None else 422
    return desk.page(
        request,
        "message_correct.html",
        status=refused if wrong else 200,
        row=seen.detail.row,
        editable=offered,
        text=draft.text if draft is not None else offered.text,
        draft=draft or Draft(),
        preview=preview,
        digest=seen.checked.sha256 if seen.checked is not None else "",
        size=len(seen.checked.body) if seen.checked is not None else 0,
        complaint=complaint or seen.missing,
        refusal=seen.refusal,
        largest=LARGEST_UPLOAD,
    )


ROUTES = (edit, correct)
