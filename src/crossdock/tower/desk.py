"""What every page is made with: the context, the templates, the frame around it, and who is looking."""

import asyncio
import copy
from collections.abc import Callable, Sequence
from http.cookies import SimpleCookie
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from jinja2 import Environment
from litestar import Request, Response
from litestar.params import Dependency
from msgspec import structs

from crossdock.ports.stores import Transaction
from crossdock.tower.context import Context
from crossdock.tower.live import Live
from crossdock.tower.rendering import ago, environment, page, until
from crossdock.tower.screen import Place
from crossdock.tower.sessions import Role, Session, allowed
from crossdock.tower.undoing import Undoing
from crossdock.views.keeping import Kept
from crossdock.views.masked import MaskedDocuments, MaskedStore
from crossdock.views.scorecards import Course

COOKIE = "crossdock_session"
_SESSION = "crossdock_session"
THEMES = ("auto", "light", "dark")
DENSITIES = ("cosy", "compact")
_LONGEST_WORD = 300
_CARD_SECONDS = 600
T = TypeVar("T")


class Desk:
    """Renders pages for whoever the session says is looking."""

    def __init__(self, context: Context, places: Sequence[Place] = ()) -> None:
        """One for the application; ``places`` are the navigation."""
        self.context = context
        self.places = tuple(places)
        self.live = context.live or Live(context.store, context.clock)
        self.volume: dict[int, int] = {}
        self.counting: set[str] = set()
        self.courses: Kept[tuple[str, int], Sequence[Course]] = Kept(_CARD_SECONDS)
        self.scoring = asyncio.Lock()
        self.undoing = Undoing(context.clock)
        self._env: Environment = environment(context.version)

    def seen_by(self, session: Session | None) -> "Desk":
        """The desk for whoever is looking: where what is personal is hidden from them, what it reads is masked."""
        if session is not None and not session.masked:
            return self
        sessions, context = self.context.sessions, self.context
        seen: Callable[[], dict[str, int]] = lambda: sessions.shown(session) if session else {}  # noqa: E731
        theirs = copy.copy(self)
        theirs.context = structs.replace(
            context,
            store=MaskedStore(context.store, seen),
            documents=MaskedDocuments(context.documents, context.store, seen),
        )
        return theirs

    def covers(self, request: Request[Any, Any, Any]) -> bool:
        """Whether what is personal is hidden from whoever is looking."""
        session: Session | None = request.scope["state"].get(_SESSION)
        return session is None or session.masked

    async def read(self, step: Callable[[Transaction], T]) -> T:
        """What ``step`` finds; the counts of the frame are read with it where they are old."""
        if not self.live.stale():
            return await self.context.store.read(step)
        found, counts = await self.context.store.read(lambda tx: (step(tx), tx.views.counts()))
        self.live.note(counts)
        return found

    def page(self, request: Request[Any, Any, Any], name: str, status: int = 200, **values: Any) -> Response[str]:
        """A template with what the frame around every page needs."""
        now = self.context.clock.now()
        session: Session | None = request.scope["state"].get(_SESSION)
        token = request.query_params.get("undo", "")
        frame = {
            "layout": "sheet.html" if request.headers.get("x-sheet") else "base.html",
            "session": session,
            "may": lambda role: session is not None and session.role.may(Role(role)),
            "places": [each for each in self.places if session is not None and session.role.may(each.role)],
            "covered": session is not None and session.masked,
            "shown": self.context.sessions.shown(session) if session is not None else {},
            "undo": token if self.undoing.stands(session, token) else "",
            "theme": _preference(request, "theme", THEMES),
            "density": _preference(request, "density", DENSITIES),
            "here": request.url.path,
            "back": str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
            "now": now,
            "ago": lambda instant: ago(instant, now),
            "until": lambda instant: until(instant, now),
            "counts": self.live.counts,
            "store": self.context.store.name,
        }
        return page(self._env, name, status, **{**frame, **values})

    def missing(self, request: Request[Any, Any, Any], what: str, cli: str) -> Response[str]:
        """404 with the next step."""
        return self.page(request, "missing.html", status=404, what=what, cli=cli)

    def admit(self, request: Request[Any, Any, Any]) -> Response[Any] | None:
        """Let a request with an open session and a sufficient role through; say to everybody else what is missing."""
        needed = request.route_handler.opt
        if needed.get("open"):
            return None
        session = self.context.sessions.find(request.cookies.get(COOKIE, ""))
        if session is None:
            return self.page(request, "locked.html", status=401)
        request.scope["state"][_SESSION] = session
        if "role" in needed and not session.role.may(needed["role"]):
            return self.page(request, "forbidden.html", status=403, needed=needed["role"])
        return None

    async def form(self, request: Request[Any, Any, Any]) -> dict[str, str] | None:
        """The fields of an action, or nothing when it does not carry the session's CSRF token."""
        fields = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        return fields if allowed(session_of(request), fields.get("csrf", "")) else None

    def forged(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """What a form without the right token gets."""
        return self.page(request, "forged.html", status=403)

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


def behind(desk: Desk) -> Callable[[Request[Any, Any, Any]], Desk]:
    """What routes are given as their desk: that of whoever is looking."""

    def desk_of(request: Request[Any, Any, Any]) -> Desk:
        return desk.seen_by(request.scope["state"].get(_SESSION))

    return desk_of


def session_of(request: Request[Any, Any, Any]) -> Session:
    """Who is looking; only behind `Desk.admit`."""
    session: Session = request.scope["state"][_SESSION]
    return session


def clean(text: str) -> str:
    """What somebody typed, as the store can be asked for it."""
    return text.replace("\x00", "").strip()[:_LONGEST_WORD]


def local(address: str) -> str:
    """``address`` where it is one of ours, else the first page."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if plain else "/"


def _preference(request: Request[Any, Any, Any], name: str, words: tuple[str, ...]) -> str:
    value = request.cookies.get(name, "")
    return value if value in words else words[0]


At = Annotated[Desk, Dependency(skip_validation=True)]
