"""Ruling what a partner's code means, or that a new field may be left alone; the message that had it is read again."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.response import Redirect

from crossdock.backbone.ruling import rule
from crossdock.model.milestones import CATEGORIES, MILESTONES, REASONS, UnknownMilestone, check
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_mapping import Ruling
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.screens.partner_acts import configured, unknown
from crossdock.tower.sessions import Role
from crossdock.views.mapping_tasks import Task, mapping_tasks

_LONGEST_REASON = 500
_KINDS = ("code", "field")
_UNREASONED = "Say how you know, for those who read it later."
_PATH = "/partners/{name:str}/mapping"


@get(_PATH, opt={"role": Role.ENGINEER})
async def confirm(
    request: Request[Any, Any, Any], desk: At, name: str, kind: str = "code", word: str = ""
) -> Response[Any]:
    """What nobody has mapped yet, with an example, and the words there are for it."""
    return await _asking(request, desk, name, {"kind": kind, "word": word})


@post(_PATH, status_code=303, opt={"role": Role.ENGINEER})
async def settle(request: Request[Any, Any, Any], desk: At, name: str) -> Response[Any]:
    """Rule it. Where two people are asked for it is a proposal, and nothing is read again before it holds."""
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    facts, now = configured(desk, name), desk.context.clock.now()
    task = await _task(desk, name, form)
    if facts is None or task is None:
        return await _asking(request, desk, name, form)
    if complaint := _complaint(task, form):
        return await _asking(request, desk, name, form, complaint)
    ruling = _ruling(desk, request, task, form, now)

    def step(tx: Transaction) -> None:
        rule(tx, ruling)
        if ruling.act == "settled" and form.get("again") and task.exchange_id:
            desk.context.requests.replay(tx, [task.exchange_id], now, effects=True)
            tx.doors.audit(now, ruling.by, "exchange.replay", task.exchange_id, ruling.note)

    await desk.context.store.run(step)
    desk.context.store.wake("inbound")
    return Redirect(f"/partners/{quote(facts.id, safe='')}?done=mapping.{ruling.act}#mapping", status_code=303)


def _ruling(desk: Desk, request: Request[Any, Any, Any], task: Task, form: Mapping[str, str], now: int) -> Ruling:
    plain = task.kind != "code"
    return Ruling(
        task.partner, task.kind, task.name, "settled" if desk.context.approvals == 1 else "proposed",
        session_of(request).actor, now,
        "" if plain else form.get("milestone", ""),
        "none" if plain else form.get("category", "") or "none",
        "" if plain else form.get("cause", ""),
        _reason(form),
    )  # fmt: skip


def _complaint(task: Task, form: Mapping[str, str]) -> str:
    if not _reason(form):
        return _UNREASONED
    if task.kind != "code":
        return ""
    try:
        check(form.get("milestone", ""), form.get("category", "") or "none", form.get("cause", ""))
    except UnknownMilestone:
        return "Choose what it means."
    return ""


def _reason(form: Mapping[str, str]) -> str:
    return form.get("reason", "").strip()[:_LONGEST_REASON]


async def _task(desk: Desk, name: str, form: Mapping[str, str]) -> Task | None:
    """The gap that is meant."""
    wanted = (form.get("kind", ""), clean(form.get("word", "")))
    tasks = await desk.read(lambda tx: mapping_tasks(tx, clean(name)))
    return next((each for each in tasks if (each.kind, each.name) == wanted and each.kind in _KINDS), None)


async def _asking(
    request: Request[Any, Any, Any], desk: Desk, name: str, form: Mapping[str, str], complaint: str = ""
) -> Response[Any]:
    facts = configured(desk, name)
    if facts is None:
        return unknown(request, desk, name)
    task = await _task(desk, name, form)
    if task is None:
        what = f"{facts.id} sent nothing called “{form.get('word', '')}” that nobody has mapped"
        return desk.missing(request, what, f"crossdock mapping review --partner {facts.id}")
    return desk.page(
        request, "partner_mapping.html", status=422 if complaint else 200, facts=facts, task=task, form=form,
        milestones=tuple(MILESTONES.values()), categories=tuple(CATEGORIES), causes=tuple(sorted(REASONS)),
        approvals=desk.context.approvals, complaint=complaint,
    )  # fmt: skip


ROUTES = (confirm, settle)
