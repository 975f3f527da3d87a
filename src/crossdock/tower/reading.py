"""The pages people read: orders, one order, parked, exceptions, one message."""

from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get
from litestar.response import Redirect

from crossdock.model.milestones import MILESTONES
from crossdock.ports.rows import Chosen, Counts, ExceptionRow, ExchangeRow, ShipmentRow
from crossdock.ports.stores import Transaction
from crossdock.tower.chips import PHASES
from crossdock.tower.desk import At
from crossdock.views.payloads import Payloads, payloads_of
from crossdock.views.timeline import Ambiguous, Story, resolve, story_of

PARKED = ("parked", "refused", "in_doubt")
_MILESTONES = tuple(row for row in MILESTONES.values() if row.advances and row.rank >= 0)
_ROWS = 50


@get("/")
async def orders(
    request: Request[Any, Any, Any], desk: At, q: str = "", phase: str = "", milestone: str = "", after: str = ""
) -> Response[Any]:
    """Delivery orders: search, filter, list. A whole reference opens its order at once."""
    text = _clean(q)
    live = request.headers.get("hx-request") == "true"

    def step(tx: Transaction) -> tuple[str | None, list[ShipmentRow], str, Counts]:
        exact = None if live or not text or after else _exact(tx, text)
        rows, following = _found(tx, text, phase, milestone, after)
        return exact, rows, following, tx.views.counts()

    exact, rows, following, counts = await desk.context.store.read(step)
    if exact:
        return Redirect(f"/orders/{quote(exact, safe=':')}", status_code=303)
    query = {"q": text, "phase": phase, "milestone": milestone}
    older = f"/?{urlencode({**query, 'after': following})}" if following else ""
    return desk.page(
        request,
        "_orders.html" if live else "orders.html",
        rows=rows,
        older=older,
        counts=counts,
        query=query,
        milestones=_MILESTONES,
        phases=PHASES,
        filtered=any(query.values()),
    )


@get("/orders/{subject:path}")
async def order(
    request: Request[Any, Any, Any], desk: At, subject: str, exchange: str = "", show: str = "", by: str = ""
) -> Response[Any]:
    """The story of one order, and one of its messages three ways when ``exchange`` names it."""
    name = _clean(subject.lstrip("/"))

    def step(tx: Transaction) -> tuple[Story | None, Payloads | None, Counts]:
        story = story_of(tx, name)
        return story, payloads_of(tx, exchange) if exchange else None, tx.views.counts()

    try:
        story, payloads, counts = await desk.context.store.read(step)
    except Ambiguous as error:
        return desk.page(request, "ambiguous.html", status=409, reference=name, subjects=error.subjects)
    if story is None:
        return desk.missing(request, f"No order is known as “{name}”", f"crossdock trace {name}")
    entries = [entry for entry in story.entries if show != "business" or entry.kind == "event"]
    if by == "occurred":
        entries.sort(key=lambda entry: (entry.occurred.at if entry.occurred else "~", entry.processed_at))
    return desk.page(
        request, "order.html", story=story, entries=entries, payloads=payloads, counts=counts, show=show, by=by
    )


@get("/parked")
async def parked(
    request: Request[Any, Any, Any], desk: At, partner: str = "", after: str = "", done: str = ""
) -> Response[Any]:
    """What waits for a person, with both texts and what can be done."""

    def step(tx: Transaction) -> tuple[list[ExchangeRow], str, list[ExceptionRow], Counts]:
        rows, following = tx.views.exchanges(partner=_clean(partner), statuses=PARKED, after=after, limit=_ROWS)
        technical = Chosen(queue="technical", partner=_clean(partner))
        noticed, _ = tx.views.exceptions(chosen=technical, limit=_ROWS)
        return rows, following, noticed, tx.views.counts()

    rows, following, noticed, counts = await desk.context.store.read(step)
    older = f"/parked?{urlencode({'partner': partner, 'after': following})}" if following else ""
    return desk.page(
        request, "parked.html", rows=rows, older=older, noticed=noticed, counts=counts, partner=partner, done=done
    )


@get("/exceptions")
async def exceptions(request: Request[Any, Any, Any], desk: At, show: str = "", after: str = "") -> Response[Any]:
    """Business exceptions: what somebody has to put right in a system of record."""

    def step(tx: Transaction) -> tuple[list[ExceptionRow], str, Counts]:
        business = Chosen(queue="business")
        rows, following = tx.views.exceptions(open_only=show != "all", chosen=business, after=after, limit=_ROWS)
        return rows, following, tx.views.counts()

    rows, following, counts = await desk.context.store.read(step)
    older = f"/exceptions?{urlencode({'show': show, 'after': following})}" if following else ""
    return desk.page(request, "exceptions.html", rows=rows, older=older, counts=counts, show=show)


@get("/messages/{exchange_id:str}")
async def message(request: Request[Any, Any, Any], desk: At, exchange_id: str) -> Response[Any]:
    """One message: received, canonical and sent side by side, and its attempts."""

    def step(tx: Transaction) -> tuple[Payloads | None, Counts]:
        return payloads_of(tx, _clean(exchange_id)), tx.views.counts()

    payloads, counts = await desk.context.store.read(step)
    if payloads is None:
        return desk.missing(request, f"There is no message “{exchange_id}”", f"crossdock trace {exchange_id}")
    return desk.page(request, "message.html", payloads=payloads, counts=counts)


@get("/documents/{sha256:str}")
async def document(request: Request[Any, Any, Any], desk: At, sha256: str) -> Response[Any]:
    """The bytes of a label or a proof, as a download."""
    blob = await desk.context.store.read(lambda tx: tx.blobs.get(_clean(sha256)))
    try:
        data = await desk.context.documents.get(sha256) if blob else None
    except KeyError:
        data = None
    if blob is None or data is None:
        return desk.missing(request, "These bytes are gone or never were here", "crossdock doctor")
    extension = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}.get(blob.media_type, "bin")
    headers = {
        "content-disposition": f'attachment; filename="{blob.kind}-{sha256[:12]}.{extension}"',
        "cache-control": "no-store",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)


def _found(tx: Transaction, text: str, phase: str, milestone: str, after: str) -> tuple[list[ShipmentRow], str]:
    """Rows whose columns match, after those found by a reference of theirs."""
    rows, following = tx.views.shipments(phase=phase, milestone=milestone, text=text, after=after, limit=_ROWS)
    if not text or after:
        return rows, following
    listed = {row.subject for row in rows}
    subjects = dict.fromkeys(hit.subject for hit in tx.views.search(text, _ROWS))
    hits = [row for subject in subjects if subject not in listed and (row := tx.views.shipment(subject)) is not None]
    wanted = [row for row in hits if phase in {"", row.phase} and milestone in {"", row.milestone}]
    return [*wanted, *rows], following


def _exact(tx: Transaction, text: str) -> str | None:
    try:
        return resolve(tx, text)
    except Ambiguous:
        return None


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:300]


ROUTES = (orders, order, parked, exceptions, message, document)
