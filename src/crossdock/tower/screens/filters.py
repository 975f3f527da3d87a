"""Filters of lists that people keep under a name, for themselves or for everybody: they stand above their list, with
how much fits them now, and have an address of their own.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from litestar import Request, Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from crossdock.model.identifiers import digest
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_filters import SavedFilter
from crossdock.tower.chips import PHASES
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.screens.exception_filter import filter_of
from crossdock.tower.screens.messages_at_once import tab_of
from crossdock.tower.sessions import Role, Session
from crossdock.views.searching import orders_found

MOST_COUNTED = 99
"""Where counting ends: a number above it is shown as 99+."""

_MOST = 12
_LONGEST_NAME = 40
_SIGN = re.compile(r"[^\w]+")
Words = Mapping[str, str]


class Listing(Struct, frozen=True):
    """A list whose filters can be kept: ``words`` are those of its address that mean something (none: no filter),
    ``count`` is how much fits them, `MOST_COUNTED` + 1 at most.
    """

    place: str
    words: Callable[[Words], dict[str, str]]
    count: Callable[[Transaction, Words, int], int]


class Shown(Struct, frozen=True):
    """A kept filter above its list; ``removable`` by whoever looks, ``current``: the list shows it now."""

    id: str
    name: str
    href: str
    count: int
    shared: bool
    mine: bool
    removable: bool
    current: bool

    @property
    def many(self) -> str:
        """The count as people read it."""
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)


def _exception_words(given: Words) -> dict[str, str]:
    return filter_of(given).words()


def _exceptions(tx: Transaction, words: Words, now: int) -> int:
    chosen, left = filter_of(words), MOST_COUNTED + 1
    for each in chosen.each(now):
        rows, _ = tx.views.exceptions(open_only=chosen.state != "resolved", chosen=each, limit=max(left, 1))
        left -= len(rows)
    return MOST_COUNTED + 1 - max(left, 0)


def _message_words(given: Words) -> dict[str, str]:
    way = given.get("direction", "")
    words = {
        "show": tab_of(given.get("show", "")).name,
        "partner": clean(given.get("partner", "")),
        "direction": way if way in {"inbound", "outbound"} else "",
    }
    return {name: each for name, each in words.items() if each}


def _messages(tx: Transaction, words: Words, _now: int) -> int:
    rows, _ = tx.views.exchanges(
        partner=words.get("partner", ""),
        direction=words.get("direction", ""),
        statuses=tab_of(words.get("show", "")).statuses,
        limit=MOST_COUNTED + 1,
    )
    return len(rows)


def _order_words(given: Words) -> dict[str, str]:
    phase = given.get("phase", "")
    words = {
        "q": clean(given.get("q", "")),
        "phase": phase if phase in PHASES else "",
        "milestone": clean(given.get("milestone", "")),
    }
    return {name: each for name, each in words.items() if each}


def _orders(tx: Transaction, words: Words, _now: int) -> int:
    text, phase, milestone = (words.get(name, "") for name in ("q", "phase", "milestone"))
    rows, _ = orders_found(tx, text, phase, milestone, "", MOST_COUNTED + 1)
    return min(len(rows), MOST_COUNTED + 1)


LISTINGS = {
    each.place: each
    for each in (
        Listing("exceptions", _exception_words, _exceptions),
        Listing("messages", _message_words, _messages),
        Listing("search", _order_words, _orders),
    )
}
"""The lists whose filters can be kept."""


def kept_filters(tx: Transaction, session: Session, place: str, given: Words, now: int) -> Sequence[Shown]:
    """Those that somebody sees above a list, with their counts; ``given`` are the words of its address now."""
    listing = LISTINGS[place]
    here = listing.words(given)
    kept = [each for each in tx.filters.seen_by(session.actor, place, _MOST) if not _covered(session, each)]
    return [_shown(each, session, here, listing.count(tx, dict(parse_qsl(each.query)), now)) for each in kept]


def named_like(tx: Transaction, session: Session, text: str, limit: int) -> list[SavedFilter]:
    """Those whose name holds ``text``, for the palette."""
    kept = tx.filters.seen_by(session.actor)
    word = text.casefold()
    return [each for each in kept if word in each.name.casefold() and not _covered(session, each)][:limit]


def _covered(session: Session, kept: SavedFilter) -> bool:
    """What somebody else searched for may be a customer's name."""
    return session.masked and kept.owner != session.actor and "q" in dict(parse_qsl(kept.query))


def _shown(kept: SavedFilter, session: Session, here: Words, count: int) -> Shown:
    mine = kept.owner == session.actor
    return Shown(
        kept.id, kept.name, f"/{kept.place}?{kept.query}", count, kept.shared, mine,
        removable=_removable(kept, session), current=dict(parse_qsl(kept.query)) == here,
    )  # fmt: skip


def _removable(kept: SavedFilter, session: Session) -> bool:
    return kept.owner == session.actor or (kept.shared and session.role.may(Role.ENGINEER))


def _id(owner: str, place: str, name: str) -> str:
    """Readable in an address, and nobody else's."""
    return f"{_SIGN.sub('-', name.casefold()).strip('-') or place}-{digest('filter', owner, place, name)[:6]}"


@get("/filters/{filter_id:str}")
async def follow(request: Request[Any, Any, Any], desk: At, filter_id: str) -> Response[Any]:
    """A filter by its own address: leads to its list."""
    session = session_of(request)
    kept = await desk.context.store.read(lambda tx: tx.filters.get(clean(filter_id)))
    if kept is None or not (kept.shared or kept.owner == session.actor) or _covered(session, kept):
        return desk.missing(request, f"No filter is kept as “{filter_id}”", "crossdock exceptions list")
    return Redirect(f"/{kept.place}?{kept.query}", status_code=303)


@post("/filters", status_code=303)
async def keep(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Keep the words of a list's address under a name; sharing is for those who work on what the lists show."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    listing = LISTINGS.get(form.get("place", ""))
    name = clean(form.get("name", ""))[:_LONGEST_NAME]
    words = listing.words(form) if listing else {}
    if listing is None or not name or not words:
        return desk.page(request, "failed.html", status=422, what="A filter needs a list, words and a name.", trace="")
    session, now = session_of(request), desk.context.clock.now()
    kept = SavedFilter(
        _id(session.actor, listing.place, name), listing.place, name, urlencode(words), session.actor,
        shared=bool(form.get("shared")) and session.role.may(Role.OPERATOR), at=now,
    )  # fmt: skip
    await desk.context.store.run(lambda tx: _keep(tx, kept, now))
    return Redirect(f"/{kept.place}?{kept.query}", status_code=303)


def _keep(tx: Transaction, kept: SavedFilter, now: int) -> None:
    tx.filters.save(kept)
    told = f"{'shared' if kept.shared else 'private'}: {kept.name}: /{kept.place}?{kept.query}"
    tx.doors.audit(now, kept.owner, "filter.save", kept.id, told)


@post("/filters/{filter_id:str}/forget", status_code=303)
async def forget(request: Request[Any, Any, Any], desk: At, filter_id: str) -> Response[Any]:
    """Let go of one's own, or of a shared one as an engineer."""
    if await desk.form(request) is None:
        return desk.forged(request)
    session, now = session_of(request), desk.context.clock.now()
    kept = await desk.context.store.run(lambda tx: _forget(tx, clean(filter_id), session, now))
    if kept is None:
        return desk.missing(request, f"No filter of yours is kept as “{filter_id}”", "crossdock exceptions list")
    return Redirect(f"/{kept.place}", status_code=303)


def _forget(tx: Transaction, name: str, session: Session, now: int) -> SavedFilter | None:
    kept = tx.filters.get(name)
    if kept is None or not _removable(kept, session):
        return None
    tx.filters.forget(name)
    tx.doors.audit(now, session.actor, "filter.forget", name, f"{kept.name}: /{kept.place}?{kept.query}")
    return kept


def href_of(kept: SavedFilter) -> str:
    """Its own address."""
    return f"/filters/{quote(kept.id, safe='')}"


def kept_here(request: Request[Any, Any, Any], desk: Desk, place: str) -> Callable[[Transaction], Sequence[Shown]]:
    """The step that reads what stands above a list."""
    session, now, given = session_of(request), desk.context.clock.now(), dict(request.query_params)
    return lambda tx: kept_filters(tx, session, place, given, now)


ROUTES = (follow, keep, forget)
