"""Linking a number that something waits for to its order: which order is meant and what is set free is shown first."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from crossdock.backbone.linking import Linking, Unlinkable, link
from crossdock.model.identifiers import Reference
from crossdock.ports.stores import Transaction
from crossdock.tower.desk import At, Desk, clean, local, session_of
from crossdock.tower.sessions import Role
from crossdock.views.charging import KINDS
from crossdock.views.linking import Proposal, WaitingLine, proposal, waiting_line

_LONGEST_REASON = 500
_UNREASONED = "Say how you know, for those who read it later."
_PATH = "/references/link"


class Wanted(Struct, frozen=True):
    """What waits (the key of its fact), by which of its names it is linked, to which order, and where to go then."""

    key: str
    name: int = 0
    order: str = ""
    back: str = "/exceptions"

    def query(self, **changed: object) -> str:
        """The address's words for the same with something else."""
        words = {"key": self.key, "name": self.name, "order": self.order, "back": self.back, **changed}
        return urlencode({name: value for name, value in words.items() if value != ""})


@get(_PATH, opt={"role": Role.OPERATOR})
async def propose(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Ask which order is meant; where it is said, show it."""
    return await _asking(request, desk, _wanted(request.query_params), {})


@post(_PATH, status_code=303, opt={"role": Role.OPERATOR})
async def make(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Show what would follow (``do=look``), or link it (``do=link``)."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    wanted, reason = _wanted(form), form.get("reason", "").strip()[:_LONGEST_REASON]
    if form.get("do") != "link" or not reason:
        return await _asking(request, desk, wanted, form, _UNREASONED if form.get("do") == "link" else "")
    actor, now = session_of(request).actor, desk.context.clock.now()

    def step(tx: Transaction) -> bool:
        line = waiting_line(tx, wanted.key)
        if line is None:
            return False
        found = proposal(tx, _name(line, wanted), wanted.order)
        link(tx, Linking(found.reference, found.subject, actor, reason), now)
        return True

    try:
        done = await desk.context.store.run(step)
    except Unlinkable as why:
        return await _asking(request, desk, wanted, form, str(why))
    if not done:
        return await _asking(request, desk, wanted, form)
    desk.context.store.wake("log")
    return Redirect(f"{wanted.back}?done=link", status_code=303)


def link_to(key: str, back: str) -> str:
    """The address where the fact ``key`` is linked; ``back`` is where it was asked for."""
    return f"{_PATH}?{Wanted(key, back=back).query()}"


def _wanted(words: Mapping[str, Any]) -> Wanted:
    name = str(words.get("name", ""))
    back = local(str(words.get("back", ""))).partition("?")[0]
    return Wanted(
        clean(str(words.get("key", ""))),
        int(name) if name in {"0", "1"} else 0,
        clean(str(words.get("order", ""))),
        back,
    )


def _name(line: WaitingLine, wanted: Wanted) -> Reference:
    return line.names[min(wanted.name, len(line.names) - 1)]


async def _asking(
    request: Request[Any, Any, Any], desk: Desk, wanted: Wanted, form: Mapping[str, str], complaint: str = ""
) -> Response[Any]:
    def step(tx: Transaction) -> tuple[WaitingLine | None, Proposal | None, str]:
        line = waiting_line(tx, wanted.key)
        if line is None:
            return None, None, ""
        try:
            return line, proposal(tx, _name(line, wanted), wanted.order, suggest=True), ""
        except Unlinkable as why:
            return line, proposal(tx, _name(line, wanted), "", suggest=True), str(why)

    line, found, why = await desk.read(step)
    if line is None or found is None:
        return desk.missing(request, "This waits no longer: it has found its order", "crossdock exceptions list")
    told = complaint or why
    return desk.page(
        request, "link.html", status=422 if told else 200, line=line, proposal=found, wanted=wanted, form=form,
        complaint=told, kinds=KINDS, path=_PATH,
    )  # fmt: skip


ROUTES = (propose, make)
