"""The pages on which an order is found and followed."""

import asyncio
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.response import Redirect

from crossdock.model.party import Address
from crossdock.trackpage.context import Look
from crossdock.trackpage.forms import fields_of
from crossdock.trackpage.site import Here, Site
from crossdock.views.customers import STEPS, CustomerOrder, Parcel, found_by
from crossdock.views.drawing import HEIGHT, WIDTH, Drawing, draw
from crossdock.views.journeys import journey_of, worth_drawing
from crossdock.views.local_times import at_clock

_LONGEST = 100
_PATIENCE = 0.3
"""Seconds every look-up takes at least, so that the time taken does not tell a number that is not there from a postcode
that is wrong."""

_SHOWN = 3


@get("/")
async def home(request: Request[Any, Any, Any], site: Here) -> Response[Any]:
    """On a domain of its own the page begins here."""
    return Redirect(f"/track{language_in(request, site)}", status_code=303)


@get("/track")
async def look_up(request: Request[Any, Any, Any], site: Here) -> Response[Any]:
    """The form: number and postcode."""
    if site.context.offer.lookup is None:
        return site.page(request, "gone.html", 404, lookup=None, key="missing")
    return site.page(request, "find.html", number="", postcode="", problem="")


@post("/track", status_code=200)
async def find(request: Request[Any, Any, Any], site: Here) -> Response[Any]:
    """Lead to the order, or say that nothing fits: in the same words and the same time, whatever was wrong."""
    limits = site.context.offer.lookup
    if limits is None:
        return site.page(request, "gone.html", 404, lookup=None, key="missing")
    form = await fields_of(request)
    number, postcode = form.get("number", "")[:_LONGEST].strip(), form.get("postcode", "")[:_LONGEST].strip()
    if not number or not postcode:
        return site.page(request, "find.html", 422, number=number, postcode=postcode, problem="incomplete")
    visitor = request.client.host if request.client else ""
    waiting = asyncio.create_task(site.context.clock.sleep(_PATIENCE))
    wait = await site.context.store.run(lambda tx: site.guard.too_often(tx, limits, visitor, number))
    subject = None if wait else await site.context.store.read(lambda tx: found_by(tx, number, postcode))
    await waiting
    if wait:
        answer = site.page(request, "find.html", 429, number=number, postcode=postcode, problem="too_often")
        answer.headers["retry-after"] = str(wait)
        return answer
    if subject is None:
        return site.page(request, "find.html", 404, number=number, postcode=postcode, problem="nothing")
    return Redirect(f"/track/{site.guard.link(subject)}{language_in(request, site)}", status_code=303)


@get("/track/{token:str}")
async def follow(request: Request[Any, Any, Any], site: Here, token: str) -> Response[Any]:
    """The order: where it is, when it comes, and what can be done."""
    order = await site.opened(request, token)
    offer = site.context.offer
    drawing, places = await asyncio.to_thread(_journey, site, order) if offer.map else (None, [])
    recipient = site.context.preferences.recipient(order.email) if site.context.preferences and order.email else ""
    refused_at = await site.context.store.read(lambda tx: tx.notices.refused_at(recipient)) if recipient else 0
    done = request.query_params.get("done", "")
    return site.page(
        request,
        "order.html",
        order=order,
        token=token,
        steps=STEPS,
        shown=_SHOWN,
        drawing=drawing,
        places=places,
        size=(WIDTH, HEIGHT),
        offer=offer,
        carrier_link=lambda parcel: _carrier_link(site, parcel),
        proof=bool(site.context.mail and order.email and any(each.proven for each in order.parcels)),
        returnable=returnable(site, order),
        choosable=[each for each in order.parcels if choosable(site, each)],
        refused_at=refused_at,
        recipient=recipient,
        unsubscribe=site.unsubscribe(order),
        clock=lambda instant: at_clock(instant, order.zone),
        day_of=lambda instant: at_clock(instant, order.zone).day,
        done=done if done in {"return", "redelivery"} else "",
    )


@get("/track/static/style.css")
async def style(site: Here) -> Response[str]:
    """The look of the page, with the colours of its brand."""
    text = f"{site.stylesheet}{_brand(site.context.look)}"
    return Response(text, media_type="text/css", headers={"cache-control": "public, max-age=300"})


@get("/track/static/icon")
async def icon(site: Here) -> Response[bytes]:
    """The picture in a tab, where the brand has none."""
    headers = {"cache-control": "public, max-age=3600", "content-security-policy": "default-src 'none'; sandbox"}
    return Response(site.icon, media_type="image/svg+xml", headers=headers)


@get("/track/static/logo")
async def logo(site: Here) -> Response[bytes]:
    """The logo; a picture even where it holds a script."""
    if site.context.look.logo is None:
        return Response(b"", status_code=404)
    data, media_type = site.context.look.logo
    headers = {"cache-control": "public, max-age=3600", "content-security-policy": "default-src 'none'; sandbox"}
    return Response(data, media_type=media_type, headers=headers)


def returnable(site: Site, order: CustomerOrder) -> bool:
    """Whether goods may be sent back from here: they arrived, not too long ago, and nobody asked yet."""
    days = site.context.offer.returns_days
    age = site.context.clock.now() - order.delivered_at
    asked = any(each.what == "return" for each in order.asked)
    return bool(days and order.delivered_at and order.items) and age <= days * 86_400_000_000 and not asked


def choosable(site: Site, parcel: Parcel) -> bool:
    """Whether the customer is to say what happens with a parcel that could not be delivered."""
    return site.context.offer.redelivery and parcel.status == "attempted"


def _journey(site: Site, order: CustomerOrder) -> tuple[Drawing | None, list[str]]:
    """The picture of the parcel that needs the customer most, and the same in words. One point alone is no journey."""
    parcels = [each for each in order.parcels if each.status == order.status]
    parcel = max(parcels, key=lambda each: len(each.checkpoints), default=None)
    checkpoints = parcel.checkpoints if parcel else ()
    scans = [Address(city=each.city, country=each.country) for each in reversed(checkpoints)]
    underway = order.status in STEPS and order.status != "delivered"
    goal = Address(city=order.city, country=order.country) if underway else None
    stops, places = journey_of(scans, goal)
    drawing = draw(stops, site.context.outlines) if worth_drawing(stops) else None
    return drawing, places


def _carrier_link(site: Site, parcel: Parcel) -> str:
    pattern = site.context.offer.carrier_links.get(parcel.carrier, "")
    return pattern.replace("{tracking_number}", quote(parcel.number, safe="")) if parcel.number else ""


def language_in(request: Request[Any, Any, Any], site: Site) -> str:
    """The query that keeps the language somebody chose."""
    asked = request.query_params.get("lang", "")
    return f"?lang={asked}" if asked in site.context.languages else ""


def _brand(look: Look) -> str:
    dark = f"@media(prefers-color-scheme:dark){{:root{{--accent:{look.accent_dark}}}}}"
    return f":root{{--accent:{look.accent}}}{dark}@media print{{:root{{--accent:{look.accent}}}}}"


ROUTES = (home, look_up, find, follow, style, icon, logo)
