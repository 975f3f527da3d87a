"""One order at the carriers' desk, and many: its offers, its labels, and what can be asked for."""

from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.response import Redirect

from crossdock.backbone import desk as backbone
from crossdock.model.desk import RETURN, Book, DeskRequested, Return, Void, Wish
from crossdock.model.identifiers import digest
from crossdock.ports.rows import ShipmentRow
from crossdock.ports.stores import Transaction
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.screens.desk_asking import UNREASONED, Asking, Field, ask, reason_of
from crossdock.tower.sessions import Role
from crossdock.views.choices import promise_of
from crossdock.views.desk import unanswerable
from crossdock.views.timeline import Ambiguous, Story, resolve, story_of

PHASES = ("attention", "rating", "booking", "new")
"""Where an order has no label yet, the most pressing first."""

MOST = 200
"""Orders that one request books at most."""

_DEEDS = ("book", "void", "return")


def waiting(tx: Transaction, phase: str, text: str, limit: int, after: str = "") -> tuple[list[ShipmentRow], str]:
    """Orders without a label, last changed first within each phase; the cursor is that of a single phase."""
    if phase in PHASES:
        return tx.views.shipments(phase=phase, text=text, after=after, limit=limit)
    found: list[ShipmentRow] = []
    for each in PHASES:
        if len(found) < limit:
            found += tx.views.shipments(phase=each, text=text, limit=limit - len(found))[0]
    return found, ""


@get("/desk/orders")
async def find(request: Request[Any, Any, Any], desk: At, q: str = "") -> Response[Any]:
    """The order that somebody typed a reference of."""
    text = clean(q)
    try:
        subject = await desk.read(lambda tx: resolve(tx, text)) if text else None
    except Ambiguous:
        return Redirect(f"/search?{urlencode({'q': text})}", status_code=302)
    if subject is None:
        return desk.missing(request, f"No order is known as “{text}”", "crossdock desk labels SO0001 --out labels")
    return Redirect(f"/desk/orders/{quote(subject, safe=':')}", status_code=302)


@get("/desk/orders/{subject:str}")
async def order(request: Request[Any, Any, Any], desk: At, subject: str, job: str = "") -> Response[Any]:
    """Its packages with their labels, every offer side by side with what became of it, and what can be asked for."""
    story = await _story(desk, subject)
    if story is None:
        return desk.missing(request, f"There is no order “{subject}”", f"crossdock trace {subject}")
    chosen = {each.package_id for each in story.choices}
    quotes = [
        (each, rate, promise_of(rate))
        for each in story.state.quotes.values()
        if each.package_id not in chosen
        for rate in sorted(each.rates, key=lambda rate: (rate.price.amount, rate.id))
    ]
    return desk.page(
        request, "desk_order.html", story=story, quotes=quotes, job=job, lacking=_lacking(story), returns=RETURN
    )


@get("/desk/orders/{subject:str}/{deed:str}", opt={"role": Role.OPERATOR})
async def preview(
    request: Request[Any, Any, Any], desk: At, subject: str, deed: str, package: str = ""
) -> Response[Any]:
    """What would happen, with the form for the reason."""
    return await _preview(request, desk, subject, deed, {"package": clean(package)})


@post("/desk/orders/{subject:str}/{deed:str}", status_code=303, opt={"role": Role.OPERATOR})
async def act(request: Request[Any, Any, Any], desk: At, subject: str, deed: str) -> Response[Any]:
    """Ask for it; the engine carries it out once, however often the form is sent."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    story = await _story(desk, subject)
    asking = _asking(story, deed, clean(form.get("package", ""))) if story else None
    reason = reason_of(form)
    if story is None or asking is None or not asking.button or not reason:
        return await _preview(request, desk, subject, deed, form, UNREASONED if not reason else "It has moved on.")
    wish = _wish(deed, clean(form.get("package", "")), again=form.get("again") == "1")
    actor, now = session_of(request).actor, desk.context.clock.now()
    asked = _request(actor, form.get("once", ""), story.subject, wish, reason)
    await desk.context.store.run(lambda tx: backbone.ask(tx, story.subject, asked, now))
    desk.context.store.wake("log")
    return Redirect(f"/desk/orders/{quote(story.subject, safe=':')}?job={asked.id}", status_code=303)


@get("/desk/book", opt={"role": Role.ENGINEER})
async def foresee(request: Request[Any, Any, Any], desk: At, phase: str = "", q: str = "") -> Response[Any]:
    """The dry run of booking all that wait and fit."""
    return await _foreseen(request, desk, clean(phase), clean(q), {})


@post("/desk/book", status_code=303, opt={"role": Role.ENGINEER})
async def book_all(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Ask for all of them; each is a request of its own, with the same reason."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    phase, text, reason = clean(form.get("phase", "")), clean(form.get("q", "")), reason_of(form)
    if not reason:
        return await _foreseen(request, desk, phase, text, form, UNREASONED)
    actor, now, once = session_of(request).actor, desk.context.clock.now(), form.get("once", "")

    def step(tx: Transaction) -> int:
        rows, _ = waiting(tx, phase, text, MOST)
        asked = [(row.subject, _request(actor, once, row.subject, Book(), reason)) for row in rows]
        return sum(backbone.ask(tx, subject, each, now) for subject, each in sorted(asked, key=lambda one: one[0]))

    count = await desk.context.store.run(step)
    if not count:
        return await _foreseen(request, desk, phase, text, form, "Nothing was asked for: none of them waits any more.")
    desk.context.store.wake("log")
    return Redirect(f"/desk?{urlencode({'phase': phase, 'q': text, 'asked': count})}", status_code=303)


async def _story(desk: Desk, subject: str) -> Story | None:
    return await desk.read(lambda tx: story_of(tx, clean(subject)))


async def _preview(
    request: Request[Any, Any, Any], desk: Desk, subject: str, deed: str, form: dict[str, str], complaint: str = ""
) -> Response[Any]:
    story = await _story(desk, subject)
    asking = _asking(story, deed, clean(form.get("package", ""))) if story else None
    if asking is None:
        return desk.missing(request, f"There is nothing of this kind to do with “{subject}”", "crossdock desk --help")
    return ask(request, desk, asking, form, complaint)


async def _foreseen(
    request: Request[Any, Any, Any], desk: Desk, phase: str, text: str, form: dict[str, str], complaint: str = ""
) -> Response[Any]:
    rows, _ = await desk.read(lambda tx: waiting(tx, phase, text, MOST + 1))
    count = min(len(rows), MOST)
    more = f" They are the first {MOST} of more." if len(rows) > MOST else ""
    return ask(request, desk, Asking(
        title="Book all that wait",
        effect=f"Dry run: {count} orders without a label are booked under new references.{more} Labels cost money."
        if count else "No order waits for a label here.",
        action="/desk/book", back="/desk", button=f"Book {count}" if count else "",
        hidden=(("phase", phase), ("q", text)), cli="crossdock desk book ORDER --dry-run",
        first=[(row.sales_order or row.name, row.customer) for row in rows[:6]], rest=max(count - 6, 0),
    ), form, complaint)  # fmt: skip


def _asking(story: Story, deed: str, package: str) -> Asking | None:
    """What a deed would do to an order; None where there is no such deed or package."""
    known = {each.id: each for each in story.packages}
    if deed not in _DEEDS or (deed != "book" and package not in known):
        return None
    base = f"/desk/orders/{quote(story.subject, safe=':')}"
    told = unanswerable(_wish(deed, package), story.state)
    hidden = (("package", package),) if package else ()
    name = story.row.sales_order or story.row.name if story.row else story.subject
    cli = f"crossdock desk {deed} {name}" + (f" --package {package}" if package else "")
    if deed == "book":
        lacking = _lacking(story)
        effect = f"Every package without a label is booked under a new reference: {', '.join(lacking)}. It costs money."
        title, button, possible = f"Book {name}", "Book now", bool(lacking)
    elif deed == "void":
        number = known[package].tracking_number
        effect = f"The label {number} of {known[package].carrier} is voided, and its price asked back."
        title, button, possible = f"Void the label of {package}", "Void the label", bool(number)
    else:
        effect = f"A label for the way back of {package}, from the customer to the warehouse, is bought."
        title, button, possible = f"Return label for {package}", "Get the label", not told
    again = Field("again", "Afterwards", kind="select", choices=(("", "leave it without a label"), ("1", "book anew")))
    return Asking(
        title=title, effect=effect if possible else told or "There is nothing to do: it is so already.",
        action=f"{base}/{deed}", back=base, cli=cli, button=button if possible else "", danger=deed == "void",
        hidden=hidden, fields=(again,) if deed == "void" else (),
    )  # fmt: skip


def _wish(deed: str, package: str, *, again: bool = False) -> Wish:
    if deed == "void":
        return Void(package, again)
    return Return(package) if deed == "return" else Book()


def _request(actor: str, once: str, subject: str, wish: Wish, reason: str) -> DeskRequested:
    """The form's own key names the request, so that sent again it is the same one."""
    return DeskRequested(digest("job", actor, once, subject, backbone.name_of(wish))[:24], actor, wish, reason)


def _lacking(story: Story) -> list[str]:
    live = story.state.live_bookings()
    return [each.id for each in story.state.parcels if each.id not in live]


ROUTES = (find, order, preview, act, foresee, book_all)
