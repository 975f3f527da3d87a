"""/unsubscribe/{partner}: what a link in a mail leads to; /v1/notices and /v1/unsubscribed: customers' notices.

A mail program that reads links ahead changes nothing: only a POST unsubscribes, by a person's click on the page or by
the mail program's one click (RFC 8058). The link's signature is judged where the mail was written, by its connector.
"""

from collections.abc import Mapping
from html import escape
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import Parameter
from msgspec import Meta, Struct

from crossdock.api.bodies import strictly
from crossdock.api.idempotency import Key
from crossdock.api.problems import ProblemError, documented
from crossdock.api.provided import Here, OnceOnly
from crossdock.api.words import CHANGE_REFUSALS, Id, Why
from crossdock.backbone.customers import figures, unsubscribe
from crossdock.notices.rendering import BUILT_IN, RIGHT_TO_LEFT, Templates
from crossdock.ports.connector import Received
from crossdock.ports.policy import Client, Scope
from crossdock.ports.stores import Transaction

Token = Annotated[str, Parameter(max_length=2000)]
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}
_PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>{title}</title></head>
<body style="max-width:32rem;margin:4rem auto;padding:0 1rem;font:18px/1.5 system-ui,sans-serif">
<h1 style="font-size:1.4rem">{title}</h1>{body}</body></html>
"""
_FORM = (
    '<p>{explained}</p><form method="post" action="{action}">'
    '<button style="font:inherit;padding:.6rem 1.2rem">{button}</button></form>'
)
_WORDS = Templates()


class UnsubscribeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """An address that wants no notices by mail; it is kept as a keyed hash."""

    address: Annotated[str, Meta(min_length=3, max_length=320)]
    reason: Why


class Unsubscribed(Struct, frozen=True):
    """What stands for the address from now on, and whether that is new."""

    recipient: str
    changed: bool


class Notices(Struct, frozen=True):
    """How many notices stand where, by step and reason; ``not_triggered`` are past their objective and not sent."""

    steps: dict[str, dict[str, int]]
    not_triggered: int


@get("/unsubscribe/{partner:str}", include_in_schema=False)
async def ask_again(request: Request[Any, Any, Any], partner: Id, t: Token = "") -> Response[str]:
    """The page a person sees: one button."""
    words = _words(_language(request))
    action = escape(f"/unsubscribe/{quote(partner)}?{urlencode({'t': t})}", quote=True)
    form = _FORM.format(explained=words["page_explained"], action=action, button=words["page_button"])
    return _page(request, 200, "page_question", form)


@post("/unsubscribe/{partner:str}", include_in_schema=False, status_code=200)
async def follow(request: Request[Any, Any, Any], context: Here, partner: Id, t: Token = "") -> Response[str]:
    """The click: kept like any message, so that it holds however busy everything behind it is."""
    form = urlencode({"t": t, "List-Unsubscribe": "One-Click"}).encode()
    message = Received("unsubscribe", form, {}, context.clock.now(), "application/x-www-form-urlencoded")
    answer = await context.intake.accept(partner, message)
    if answer.status == 202:
        return _page(request, 200, "page_done")
    status = answer.status if answer.status in {401, 404, 503, 507} else 400
    return _page(request, status, "page_broken")


def _page(request: Request[Any, Any, Any], status: int, title: str, body: str = "") -> Response[str]:
    language = _language(request)
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    page = _PAGE.format(language=language, direction=direction, title=_words(language)[title], body=body)
    return Response(page, status_code=status, media_type="text/html", headers=_HEADERS)


def _words(language: str) -> Mapping[str, str]:
    return {name: escape(text) for name, text in _WORDS.phrases(language).words.items()}


def _language(request: Request[Any, Any, Any]) -> str:
    """The first that the browser asks for and that is built in."""
    asked = (each.strip()[:2].lower() for each in request.headers.get("accept-language", "").split(","))
    return next((each for each in asked if each in BUILT_IN), "en")


@get(
    "/v1/notices",
    scope=Scope.READ,
    responses=documented(401, 403, 404, 503),
    summary="Customers' notices in figures",
    tags=["Notices"],
)
async def notice_figures(context: Here) -> Notices:
    """Sent, held, deferred and dropped with their reasons, and those that are late."""
    objective = context.notices
    if objective is None:
        raise ProblemError(404, "no customer is told anything here: there is no section customer_notices")
    found = await context.store.read(lambda tx: figures(tx, objective, context.clock.now()))
    return Notices({step: dict(reasons) for step, reasons in found.steps.items()}, found.not_triggered)


@post(
    "/v1/unsubscribed",
    scope=Scope.WRITE,
    status_code=200,
    responses=CHANGE_REFUSALS,
    summary="Send an address no more notices",
    tags=["Notices"],
)
async def unsubscribe_address(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, data: UnsubscribeRequest, idempotency_key: Key
) -> Response[Unsubscribed]:
    """For a person's wish that came by telephone or letter. The address itself is not kept."""
    data = await strictly(request, UnsubscribeRequest)
    if context.address_hash is None:
        raise ProblemError(404, "no customer is told anything here: there is no section customer_notices")
    recipient = context.address_hash(data.address)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Unsubscribed]:
        return 200, Unsubscribed(recipient, unsubscribe(tx, recipient, "api", client.id, data.reason, now))

    answer = await once.run(request, idempotency_key, effect)
    context.store.wake("log")
    return answer


ROUTES = (notice_figures, unsubscribe_address)
LINKS = (ask_again, follow)
"""Pages for people without an account: they are in no document of the API."""
