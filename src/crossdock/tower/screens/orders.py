"""Search, and one order with its shipments: what happened, what is expected, and the payloads behind it."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get
from litestar.response import Redirect

from crossdock.model.milestones import MILESTONES
from crossdock.ports.rows import Found, ShipmentRow
from crossdock.ports.stores import Transaction
from crossdock.tower.chips import PHASES
from crossdock.tower.desk import At, clean
from crossdock.tower.rendering import STATIC
from crossdock.tower.screen import Place, Screen
from crossdock.tower.screens import filters, map_tiles, unmasking
from crossdock.tower.screens.filters import Shown, kept_here
from crossdock.views.charging import totals
from crossdock.views.drawing import HEIGHT, WIDTH
from crossdock.views.journeys import OrderMap, order_map
from crossdock.views.lineage import lineage_of
from crossdock.views.payloads import Payloads, payloads_of
from crossdock.views.processes import ProcessStory, processes_of
from crossdock.views.searching import nearest, orders_found
from crossdock.views.timeline import Ambiguous, Story, resolve, story_of

_MILESTONES = tuple(row for row in MILESTONES.values() if row.advances and row.rank >= 0)
_ROWS = 50
OUTLINES = tuple(STATIC / "vendor" / f"countries-{scale}.json" for scale in ("50m", "110m"))
"""The countries of maps, for short ways and for long ones; without them a map has the way alone."""


@get("/search")
async def search(
    request: Request[Any, Any, Any], desk: At, q: str = "", phase: str = "", milestone: str = "", after: str = ""
) -> Response[Any]:
    """Delivery orders by any reference, customer, phase and milestone. A whole reference opens what it names."""
    text = clean(q)
    live = request.headers.get("hx-request") == "true"

    kept_step = kept_here(request, desk, "search")

    def step(tx: Transaction) -> tuple[str, list[ShipmentRow], str, list[Found], Sequence[Shown]]:
        exact = "" if live or not text or after or phase or milestone else _exact(tx, text)
        if exact:
            return exact, [], "", [], ()
        rows, following = orders_found(tx, text, phase, milestone, after, _ROWS)
        return "", rows, following, nearest(tx, text) if text and not rows else [], () if live else kept_step(tx)

    exact, rows, following, meant, kept = await desk.read(step)
    if exact:
        return Redirect(exact, status_code=303)
    query = {"q": text, "phase": phase, "milestone": milestone}
    older = f"/search?{urlencode({**query, 'after': following})}" if following else ""
    return desk.page(
        request,
        "_orders.html" if live else "orders.html",
        rows=rows,
        older=older,
        query=query,
        meant=meant,
        milestones=_MILESTONES,
        phases=PHASES,
        filtered=any(query.values()),
        kept=kept,
    )


@get("/orders")
async def orders(request: Request[Any, Any, Any]) -> Response[Any]:
    """Where buttons in other systems lead (the Odoo addon's): the search."""
    return Redirect(f"/search?{request.url.query}", status_code=303)


@get("/orders/{subject:path}")
async def order(
    request: Request[Any, Any, Any], desk: At, subject: str, exchange: str = "", show: str = "", by: str = ""
) -> Response[Any]:
    """The story of one order, and one of its messages three ways when ``exchange`` names it."""
    name = clean(subject.lstrip("/"))

    def step(tx: Transaction) -> tuple[Story | None, Payloads | None, tuple[ProcessStory, ...]]:
        story = story_of(tx, name)
        if story is None:
            return None, None, ()
        standing = processes_of(tx, story.subject, desk.context.processes)
        return story, payloads_of(tx, clean(exchange)) if exchange else None, standing

    try:
        story, payloads, standing = await desk.read(step)
    except Ambiguous as error:
        return desk.page(request, "ambiguous.html", status=409, reference=name, subjects=error.subjects)
    if story is None:
        return desk.missing(request, f"No order is known as “{name}”", f"crossdock trace {name}")
    entries = [entry for entry in story.entries if show != "business" or entry.kind == "event"]
    if by == "occurred":
        entries.sort(key=lambda entry: (entry.occurred.at if entry.occurred else "~", entry.processed_at))
    way = await asyncio.to_thread(order_map, story.state, story.scans, *OUTLINES)
    return desk.page(
        request,
        "order.html",
        story=story,
        charged=totals(story.charges),
        way=way,
        stops=_stops(way),
        size=(WIDTH, HEIGHT),
        map_file=desk.context.map_file,
        map_tiles=map_tiles.PATH,
        entries=entries,
        payloads=payloads,
        lineage=lineage_of(payloads, desk.context.packages) if payloads else (),
        processes=[each for told in standing for each in told.processes],
        deadlines=[each for told in standing for each in told.deadlines],
        show=show,
        by=by,
    )


def _stops(way: OrderMap | None) -> str:
    """The stops as the map in the browser reads them."""
    stops = way.drawing.stops if way is not None else ()
    return json.dumps([
        {"at": [each.spot.longitude, each.spot.latitude], "rough": each.spot.rough, "kind": each.kind,
         "label": each.label}
        for each in stops
    ])  # fmt: skip


def _exact(tx: Transaction, text: str) -> str:
    """The address of the one thing that is called so, "" where there is none or several."""
    try:
        subject = resolve(tx, text)
    except Ambiguous:
        return ""
    if subject:
        return f"/orders/{quote(subject, safe=':')}"
    if tx.exceptions.with_ids([text]):
        return f"/exceptions/{quote(text, safe='')}"
    return f"/messages/{quote(text, safe='')}" if tx.views.exchange(text) else ""


SCREEN = Screen(
    Place("Search", "/search", "search", "s", "Every order, by any reference", ("orders", "maps", "unmask", "filters")),
    (search, orders, order, map_tiles.tiles, *unmasking.ROUTES, *filters.ROUTES),
)
