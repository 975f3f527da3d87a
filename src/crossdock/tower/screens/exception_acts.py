"""What people do about exceptions: one, those picked, or all that fit a filter; each says first whom it concerns."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from crossdock.backbone import exceptions_desk as book
from crossdock.backbone.exceptions_undo import inverses, take_back
from crossdock.model.cases import Case
from crossdock.model.identifiers import digest
from crossdock.ports.stores import Transaction
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.screens.exception_filter import Filter, filter_of
from crossdock.tower.sessions import Role
from crossdock.tower.undoing import Inverse

DEEDS = {
    "assign": "Assign",
    "move": "Hand over",
    "wait": "Wait",
    "resume": "Resume",
    "comment": "Comment",
    "resolve": "Resolve",
}
"""What can be done, and what it is called."""

_LONGEST = 2000
_HOUR = 3600 * 1_000_000
_WAITS = {"4": "4 hours", "24": "a day", "72": "3 days", "168": "a week", "0": "until somebody resumes it"}


class Asked(Struct, frozen=True):
    """Which exceptions: those of ``ids``, or all that fit the filter."""

    filter: Filter
    ids: tuple[str, ...] = ()

    @property
    def one(self) -> bool:
        """Whether a single one is meant."""
        return len(self.ids) == 1

    def query(self, deed: str) -> str:
        """The address's words for another deed on the same ones."""
        return urlencode([("deed", deed), *self.filter.words().items(), *(("id", each) for each in self.ids)])

    def cases(self, tx: Transaction, now: int) -> list[Case]:
        """The open ones that are meant. Raises `book.TooMany`."""
        if self.ids:
            return [each for each in tx.exceptions.with_ids(self.ids) if not each.resolved_at]
        return [case for chosen in self.filter.each(now) for case in book.find(tx, chosen)]


class Preview(Struct, frozen=True):
    """What would be changed: how many of what, of which orders, and what is at stake."""

    count: int
    kinds: Sequence[tuple[str, int]]
    owners: Sequence[tuple[str, int]]
    values: Mapping[str, int]
    first: Sequence[Case]


@get("/exceptions/act", opt={"role": Role.OPERATOR})
async def preview(request: Request[Any, Any, Any], desk: At, deed: str = "assign") -> Response[Any]:
    """The dry run: whom it would concern, with the form for the rest."""
    asked = Asked(filter_of(request.query_params), tuple(request.query_params.getall("id", [])[: book.MOST]))
    return await _asking(request, desk, asked, deed, {})


@post("/exceptions/act", status_code=303, opt={"role": Role.OPERATOR})
async def act(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Do it, on what fits now; the audit says who, how many and why."""
    data = await request.form()
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    asked = Asked(filter_of(form), tuple(each for each in data.getall("id", []) if isinstance(each, str)))
    now, name = desk.context.clock.now(), form.get("deed", "")
    reason = form.get("reason", "").strip()[:_LONGEST]
    deed = _deed(name, form, now)
    if complaint := _complaint(desk, name, deed, reason):
        return await _asking(request, desk, asked, name, form, complaint)
    assert deed is not None
    actor = session_of(request).actor
    identity = digest("exception", actor, form.get("once", ""))[:24]

    def step(tx: Transaction) -> tuple[int, list[Case]]:
        cases = asked.cases(tx, now)
        return book.act(tx, cases, book.Asked(identity, actor, reason, deed), now), cases

    try:
        count, cases = await desk.context.store.run(step)
    except book.TooMany as error:
        return await _asking(request, desk, asked, name, form, str(error))
    if not count:
        return await _asking(request, desk, asked, name, form, "Nothing was done: none of them is open any more.")
    desk.context.store.wake("log")
    place = f"/exceptions/{cases[0].id}" if asked.one else "/exceptions"
    token = _undo(request, desk, cases, deed, f"{place}?{asked.filter.query()}")
    return Redirect(f"{place}?{asked.filter.query(done=name, undo=token)}", status_code=303)


def _undo(request: Request[Any, Any, Any], desk: Desk, cases: Sequence[Case], deed: book.Deed, back: str) -> str:
    """The token to take it back with; "" where there is no way back."""
    steps = inverses(cases, deed, desk.context.clock.now())
    if not steps:
        return ""
    once = secrets.token_hex(12)
    inverse: Inverse = lambda tx, actor, now: take_back(tx, steps, deed, once, actor, now)  # noqa: E731
    return desk.undoing.offer(session_of(request), inverse, back, Role.OPERATOR, "log")


def _deed(name: str, form: Mapping[str, str], now: int) -> book.Deed | None:
    word = clean(form.get("who", ""))
    team = clean(form.get("owner_new", ""))
    hours = int(form.get("hours", "0")) if form.get("hours", "0") in _WAITS else 0
    said = form.get("reason", "").strip()[:_LONGEST]
    found: dict[str, book.Deed | None] = {
        "assign": book.Assign(team, word) if word else None,
        "move": book.Assign(team) if team else None,
        "wait": book.Wait(word, now + hours * _HOUR if hours else 0) if word else None,
        "resume": book.Resume(),
        "comment": book.Comment(said) if said else None,
        "resolve": book.Resolve(),
    }
    return found.get(name)


def _complaint(desk: Desk, name: str, deed: book.Deed | None, reason: str) -> str:
    if name not in DEEDS:
        return "There is no such action."
    if not reason:
        return "Say why, for those who read it later."
    if deed is None:
        return "Say to whom." if name in {"assign", "move"} else "Say on whom it waits."
    teams = desk.context.teams
    if isinstance(deed, book.Assign) and deed.owner and teams and deed.owner not in teams:
        return f"There is no team “{deed.owner}”."
    return ""


async def _asking(
    request: Request[Any, Any, Any], desk: Desk, asked: Asked, name: str, form: Mapping[str, str], complaint: str = ""
) -> Response[Any]:
    now = desk.context.clock.now()
    try:
        cases = await desk.read(lambda tx: asked.cases(tx, now))
    except book.TooMany as error:
        cases, complaint = [], complaint or str(error)
    return desk.page(
        request,
        "exception_act.html",
        status=422 if complaint else 200,
        deed=name if name in DEEDS else "assign",
        deeds=DEEDS,
        asked=asked,
        preview=previewed(cases),
        teams=sorted(desk.context.teams),
        waits=_WAITS,
        form=form,
        once=form.get("once", "") or secrets.token_hex(12),
        complaint=complaint,
    )


def previewed(cases: Sequence[Case]) -> Preview:
    """What a change of these would concern."""
    values: Counter[str] = Counter()
    for subject in {each.subject: each for each in cases}.values():
        if subject.currency:
            values[subject.currency] += subject.value
    kinds = Counter(each.kind for each in cases).most_common(6)
    owners = Counter(each.assignee or each.owner or "nobody" for each in cases).most_common(6)
    return Preview(len(cases), kinds, owners, dict(values), cases[:8])


ROUTES = (preview, act)
