"""What every page is made with: the context, the templates, and who is looking."""

from http.cookies import SimpleCookie
from typing import Annotated, Any

from jinja2 import Environment
from litestar import Request, Response
from litestar.params import Dependency

from crossdock.tower.context import Context
from crossdock.tower.rendering import ago, environment, page
from crossdock.tower.sessions import Session

COOKIE = "crossdock_session"
_SESSION = "crossdock_session"
THEMES = ("auto", "light", "dark")
DENSITIES = ("cosy", "compact")


class Desk:
    """Renders pages for whoever the session says is looking."""

    def __init__(self, context: Context) -> None:
        """One for the application."""
        self.context = context
        self._env: Environment = environment(context.version)

    def page(self, request: Request[Any, Any, Any], name: str, status: int = 200, **values: Any) -> Response[str]:
        """A template with what the frame around every page needs."""
        now = self.context.clock.now()
        frame = {
            "session": request.scope["state"].get(_SESSION),
            "theme": _preference(request, "theme", THEMES),
            "density": _preference(request, "density", DENSITIES),
            "here": request.url.path,
            "back": str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
            "now": now,
            "ago": lambda instant: ago(instant, now),
            "counts": None,
            "store": self.context.store.name,
        }
        return page(self._env, name, status, **{**frame, **values})

    def missing(self, request: Request[Any, Any, Any], what: str, cli: str) -> Response[str]:
        """404 with the next step."""
        return self.page(request, "missing.html", status=404, what=what, cli=cli)

    def admit(self, request: Request[Any, Any, Any]) -> Response[Any] | None:
        """Let a request with an open session through; show everybody else how to get one."""
        if request.route_handler.opt.get("open"):
            return None
        session = self.context.sessions.find(request.cookies.get(COOKIE, ""))
        if session is None:
            return self.page(request, "locked.html", status=401)
        request.scope["state"][_SESSION] = session
        return None

    def cookie(self, name: str, value: str, seconds: int | None = None) -> str:
        """A Set-Cookie value: never read by scripts, never sent by other sites."""
        jar: SimpleCookie = SimpleCookie()
        jar[name] = value
        jar[name]["path"] = "/"
        jar[name]["httponly"] = True
        jar[name]["samesite"] = "Strict"
        if self.context.secure:
            jar[name]["secure"] = True
        if seconds is not None:
            jar[name]["max-age"] = seconds
        return jar[name].OutputString()


def session_of(request: Request[Any, Any, Any]) -> Session:
    """Who is looking; only behind `Desk.admit`."""
    session: Session = request.scope["state"][_SESSION]
    return session


def _preference(request: Request[Any, Any, Any], name: str, words: tuple[str, ...]) -> str:
    value = request.cookies.get(name, "")
    return value if value in words else words[0]


At = Annotated[Desk, Dependency(skip_validation=True)]
