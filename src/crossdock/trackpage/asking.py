"""What customers ask for: goods to go back, and what is to happen with a parcel that could not be delivered.

It becomes the same request as at the carriers' desk and over the API, so processes and audit are the same.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from crossdock.backbone import desk
from crossdock.governance.browsers import from_elsewhere
from crossdock.model.desk import DeskRequested, Redeliver, ReturnGoods, Wish
from crossdock.model.item import Item
from crossdock.model.return_reasons import REASONS
from crossdock.model.returning import Choice
from crossdock.model.transfers import MovedLine
from crossdock.trackpage.following import choosable, language_in, returnable
from crossdock.trackpage.forms import fields_of
from crossdock.trackpage.site import Here, Site
from crossdock.views.customers import CustomerOrder, Parcel
from crossdock.views.local_times import at_clock

SOURCE = "tracking_page"
RETURN_REASONS = tuple(each for each in REASONS if each not in {"unknown", "refused", "undeliverable", "unclaimed"})
_LONGEST = 300
_CHOICES: Mapping[str, Choice] = {"again": "again", "collect": "collect", "return": "return"}
_DAYS_AHEAD = 14
_DAY = 86_400_000_000


@get("/track/{token:str}/return")
async def ask_return(request: Request[Any, Any, Any], site: Here, token: str) -> Response[Any]:
    """The form for a return."""
    order = await site.opened(request, token)
    return _return_form(request, site, order, token, {}, "")


@post("/track/{token:str}/return", status_code=200)
async def send_return(request: Request[Any, Any, Any], site: Here, token: str) -> Response[Any]:
    """Write the wish down."""
    order = await site.opened(request, token)
    form = await fields_of(request)
    asked = site.guard.form_of(order.subject, form.get("form", ""))
    if from_elsewhere(request.headers) or not asked:
        return site.page(request, "forged.html", 403, order=order, token=token)
    lines = _lines(order, form)
    said = form.get("reason", "")
    if not lines or said not in RETURN_REASONS or not returnable(site, order):
        problem = "nothing_chosen" if not lines else "no_reason" if said not in RETURN_REASONS else "not_possible"
        if await _known(site, order.subject, asked):
            return _back(request, site, token, "return")
        return _return_form(request, site, order, token, form, problem)
    await _ask(site, order.subject, asked, ReturnGoods(lines, said, SOURCE), form.get("comment", ""))
    return _back(request, site, token, "return")


@get("/track/{token:str}/redelivery/{number:str}")
async def ask_redelivery(request: Request[Any, Any, Any], site: Here, token: str, number: str) -> Response[Any]:
    """The form for a parcel that could not be delivered."""
    order = await site.opened(request, token)
    return _redelivery_form(request, site, order, token, order.parcel(number), {}, "")


@post("/track/{token:str}/redelivery/{number:str}", status_code=200)
async def send_redelivery(request: Request[Any, Any, Any], site: Here, token: str, number: str) -> Response[Any]:
    """Write the choice down."""
    order = await site.opened(request, token)
    form = await fields_of(request)
    parcel = order.parcel(number)
    asked = site.guard.form_of(order.subject, form.get("form", ""))
    if from_elsewhere(request.headers) or not asked:
        return site.page(request, "forged.html", 403, order=order, token=token)
    choice, day = form.get("choice", ""), form.get("day", "")
    days = _days(site, order)
    if parcel is None or not choosable(site, parcel) or choice not in _CHOICES or (day and day not in days):
        return _redelivery_form(request, site, order, token, parcel, form, "no_choice")
    place = form.get("place", "")[:_LONGEST] if choice == "collect" else ""
    wish = Redeliver(_CHOICES[choice], number, day if choice == "again" else "", place)
    await _ask(site, parcel.subject, asked, wish, "")
    return _back(request, site, token, "redelivery")


def _return_form(
    request: Request[Any, Any, Any], site: Site, order: CustomerOrder, token: str, form: dict[str, str], problem: str
) -> Response[str]:
    possible = returnable(site, order)
    return site.page(
        request,
        "return.html",
        422 if problem else 200,
        order,
        token=token,
        possible=possible,
        problem=problem,
        given=form,
        form=form.get("form") or site.guard.form(order.subject),
        reasons=RETURN_REASONS,
    )


def _redelivery_form(
    request: Request[Any, Any, Any],
    site: Site,
    order: CustomerOrder,
    token: str,
    parcel: Parcel | None,
    form: dict[str, str],
    problem: str,
) -> Response[str]:
    possible = parcel is not None and choosable(site, parcel)
    return site.page(
        request,
        "redelivery.html",
        (422 if problem else 200) if possible else 404 if parcel is None else 200,
        order,
        token=token,
        possible=possible,
        parcel=parcel,
        problem=problem,
        given=form,
        days=_days(site, order),
        form=form.get("form") or site.guard.form(order.subject),
    )


def _lines(order: CustomerOrder, form: dict[str, str]) -> tuple[MovedLine, ...]:
    """What was chosen, never more than was ordered; a SKU that stands on two lines is one."""
    wanted: dict[str, Decimal] = {}
    for index, item in enumerate(order.items):
        most = Decimal(item.quantity)
        quantity = min(_number(form.get(f"quantity-{index}", "")), most)
        if quantity > 0 and item.sku:
            wanted[item.sku] = wanted.get(item.sku, Decimal(0)) + quantity
    return tuple(MovedLine(Item(sku), quantity) for sku, quantity in wanted.items())


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text.strip().replace(",", ".") or "0")
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def _days(site: Site, order: CustomerOrder) -> list[str]:
    """Days an attempt may be asked for: from tomorrow there, not Sundays."""
    now = site.context.clock.now()
    days = [at_clock(now + ahead * _DAY, order.zone).day for ahead in range(1, _DAYS_AHEAD)]
    return [each for each in days if not _sunday(each)]


def _sunday(day: str) -> bool:
    return date.fromisoformat(day).isoweekday() == 7


async def _known(site: Site, subject: str, asked: str) -> bool:
    """Whether this very form was taken already: a second press of the button is no error."""
    found = await site.order(subject)
    return found is not None and any(each.id == asked for each in found.asked)


async def _ask(site: Site, subject: str, asked: str, wish: Wish, comment: str) -> None:
    now = site.context.clock.now()
    said = " ".join(comment.split())[:_LONGEST] or "asked for on the tracking page"
    request = DeskRequested(asked, "customer", wish, said)
    await site.context.store.run(lambda tx: desk.ask(tx, subject, request, now))
    site.context.store.wake("log")


def _back(request: Request[Any, Any, Any], site: Site, token: str, done: str) -> Response[Any]:
    query = language_in(request, site)
    return Redirect(f"/track/{token}{query}{'&' if query else '?'}done={done}", status_code=303)


ROUTES = (ask_return, send_return, ask_redelivery, send_redelivery)
