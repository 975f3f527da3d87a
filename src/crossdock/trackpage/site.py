"""What every page is made with: templates, words, the order behind a link; and the headers that keep it to itself."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.params import Dependency

from crossdock.model.notices import KINDS
from crossdock.trackpage.context import Context
from crossdock.trackpage.guarding import Guard
from crossdock.trackpage.words import NAMES, Words, chosen, words_of
from crossdock.views.customers import CustomerOrder, customer_order
from crossdock.views.shortening import shortened

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
STATIC = Path(__file__).parent / "static"


class Site:
    """Renders pages in the visitor's language."""

    def __init__(self, context: Context) -> None:
        """One for the application."""
        self.context = context
        self.guard = Guard(context)
        self._env = _environment()
        self.icon = (STATIC / "icon.svg").read_bytes()
        self.stylesheet = (STATIC / "style.css").read_text(encoding="utf-8")

    def words(self, request: Request[Any, Any, Any], order: CustomerOrder | None = None) -> Words:
        """In which language this visitor is answered."""
        accepted = request.headers.get("accept-language", "")
        own = order.language if order else ""
        there, default = self.context.languages, self.context.default_language
        return words_of(chosen(request.query_params.get("lang", ""), accepted, own, there, default))

    def page(
        self,
        request: Request[Any, Any, Any],
        name: str,
        status: int = 200,
        order: CustomerOrder | None = None,
        **values: Any,
    ) -> Response[str]:
        """A template with what the frame around every page needs."""
        words = self.words(request, order)
        asked = request.query_params.get("lang", "")
        here = {"lang": asked} if asked in self.context.languages else {}
        frame = {
            "words": words,
            "t": words.of,
            "look": self.context.look,
            "languages": [(each, NAMES[each]) for each in self.context.languages],
            "path": quote(request.url.path, safe="/"),
            "query": f"?{urlencode(here)}" if here else "",
            "order": order,
            "now": self.context.clock.now(),
        }
        text = self._env.get_template(name).render({**frame, **values})
        return Response(
            text, status_code=status, media_type="text/html", headers={**HEADERS, "cache-control": "no-store"}
        )

    async def order(self, subject: str) -> CustomerOrder | None:
        """What a customer may see of a delivery."""
        now, told = self.context.clock.now(), self.context.offer.told
        return await self.context.store.read(lambda tx: customer_order(tx, subject, now, told))

    def unsubscribe(self, order: CustomerOrder) -> str:
        """The path on which the order's address unsubscribes; "" where nobody is written to."""
        there = self.context.preferences
        return there.unsubscribe(order.email, order.subject) if there and order.email else ""

    async def opened(self, request: Request[Any, Any, Any], token: str) -> CustomerOrder:
        """The order behind a link. Raises `Closed`: it is not ours, too old, or leads nowhere any more."""
        visit = self.guard.visit(token)
        lookup = self.context.offer.lookup
        if visit is not None and visit.expired:
            raise Closed(self.page(request, "gone.html", 410, lookup=lookup, key="expired"))
        order = await self.order(visit.subject) if visit else None
        if order is None:
            raise Closed(self.page(request, "gone.html", 404, lookup=lookup, key="missing"))
        return order


class Closed(Exception):
    """There is nothing behind a link; ``answer`` is the page that says so."""

    def __init__(self, answer: Response[str]) -> None:
        """Keep the page."""
        super().__init__(f"answered with {answer.status_code}")
        self.answer = answer


def masked(address: str) -> str:
    """A mail address that its owner recognises and nobody else can use.

    >>> masked("ada.lovelace@example.com")
    'a•••@e•••.com'
    """
    name, _, host = address.rpartition("@")
    first, _, rest = host.partition(".")
    end = rest.rpartition(".")[2] if rest else ""
    return f"{name[:1]}•••@{first[:1]}•••{f'.{end}' if end else ''}"


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(short=shortened, masked=masked, quoted=lambda text: quote(str(text), safe=""))
    env.globals.update(kinds=KINDS)
    return env


Here = Annotated[Site, Dependency(skip_validation=True)]
