"""What every page is made with: templates, who is there, and the headers that keep it to itself."""

from http.cookies import SimpleCookie
from pathlib import Path
from typing import Annotated, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.params import Dependency

from crossdock.partnerdesk.context import Context
from crossdock.partnerdesk.sessions import COOKIE, Session, Sessions
from crossdock.views.local_times import at_clock

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
STATIC = Path(__file__).parent / "static"
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")


class Pages:
    """Renders pages for whoever is at the desk."""

    def __init__(self, context: Context) -> None:
        """One for the application."""
        self.context = context
        self.sessions = Sessions(context)
        self.stylesheet = (STATIC / "style.css").read_text(encoding="utf-8")
        self._env = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.filters.update(short=shortened, moment=_moment, plain=lambda number: f"{number.normalize():f}")

    def page(self, template: str, status: int = 200, session: Session | None = None, **values: Any) -> Response[str]:
        """A template with what the frame around every page needs."""
        text = self._env.get_template(template).render(session=session, house=self.context.house, **values)
        headers = {**HEADERS, "cache-control": "no-store"}
        return Response(text, status_code=status, media_type="text/html", headers=headers)

    async def session(self, request: Request[Any, Any, Any]) -> Session:
        """Who is at the desk. Raises `Closed`."""
        found = await self.sessions.find(request)
        if found is None:
            raise Closed(self.page("enter.html", 401, problem=""))
        return found

    def cookie(self, value: str, seconds: int) -> str:
        """A Set-Cookie value: never read by scripts, never sent by other sites."""
        jar: SimpleCookie = SimpleCookie()
        jar[COOKIE] = value
        jar[COOKIE]["path"] = "/partner"
        jar[COOKIE]["httponly"] = True
        jar[COOKIE]["samesite"] = "Strict"
        jar[COOKIE]["max-age"] = seconds
        if self.context.secure:
            jar[COOKIE]["secure"] = True
        return jar[COOKIE].OutputString()


class Closed(Exception):
    """Nobody is at the desk, or what is asked for is not theirs; ``answer`` says so."""

    def __init__(self, answer: Response[str]) -> None:
        """Keep the page."""
        super().__init__(f"answered with {answer.status_code}")
        self.answer = answer


def shortened(text: str, most: int = 120) -> str:
    """A text from outside as a page shows it: on one line, without signs that turn the direction of what follows."""
    plain = "".join(sign for sign in str(text) if sign.isprintable() and sign not in _TURNING)
    return f"{plain[: most - 1]}…" if len(plain) > most else plain


def _moment(instant: int) -> str:
    at = at_clock(instant, "")
    return f"{at.day} {at.clock} UTC"


Here = Annotated[Pages, Dependency(skip_validation=True)]
