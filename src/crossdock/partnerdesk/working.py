"""Coming in, looking at what is given, and leaving."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.response import Redirect

from crossdock.governance.browsers import from_elsewhere
from crossdock.partnerdesk.dialect import ORDER_ACTIONS, work_file
from crossdock.partnerdesk.forms import form_of, mark_of
from crossdock.partnerdesk.pages import Closed, Here, Pages
from crossdock.partnerdesk.sessions import Session, allowed
from crossdock.views.partner_work import Job, job_of, jobs_of, messages_of

_SECOND = 1_000_000


@get("/partner")
async def work(request: Request[Any, Any, Any], pages: Here, done: str = "", show: str = "") -> Response[Any]:
    """What is to be done, and what was told."""
    session = await pages.session(request)
    jobs = await _jobs(pages, session, everything=show == "all")
    told = await pages.context.store.read(lambda tx: messages_of(tx, session.person.partner))
    return pages.page(
        "work.html", session=session, jobs=jobs, told=told, done=done in {"taken", "before"} and done, show=show,
        quoted=_address,
    )  # fmt: skip


@get("/partner/work.csv")
async def work_csv(request: Request[Any, Any, Any], pages: Here) -> Response[bytes]:
    """The list as a file."""
    session = await pages.session(request)
    data = work_file(await _jobs(pages, session, everything=False))
    headers = {"content-disposition": 'attachment; filename="work.csv"', "cache-control": "no-store"}
    return Response(data, media_type="text/csv", headers=headers)


@get("/partner/order")
async def order(request: Request[Any, Any, Any], pages: Here, subject: str = "", reference: str = "") -> Response[Any]:
    """One order or announcement, and what can be told of it."""
    session = await pages.session(request)
    job = await owned(pages, session, subject, reference)
    return job_page(pages, session, job, {}, "")


@get("/partner/enter")
async def entrance(pages: Here) -> Response[Any]:
    """The form to sign in."""
    return pages.page("enter.html", problem="")


@post("/partner/enter", status_code=200)
async def enter(request: Request[Any, Any, Any], pages: Here) -> Response[Any]:
    """Sign in with a name and a password: one answer for whatever does not fit."""
    form, _ = await form_of(request)
    if from_elsewhere(request.headers):
        return pages.page("enter.html", 403, problem="Please sign in on this page.")
    visitor = request.client.host if request.client else "unknown"
    value = await pages.sessions.by_password(visitor, form.get("name", ""), form.get("password", ""))
    if value is None:
        problem = (
            "That did not work. Check name and password; after many tries you have to wait for a quarter of an hour."
        )
        return pages.page("enter.html", 401, problem=problem)
    return _inside(pages, value)


@get("/partner/invited")
async def invited(pages: Here, token: str = "") -> Response[Any]:
    """What an invitation leads to: one button, so that a mail program that reads ahead uses nothing up."""
    person = pages.sessions.invited(token)
    if person is None:
        return pages.page("enter.html", 404, problem="This invitation has ended. Ask for a new one, or sign in.")
    return pages.page("invited.html", person=person, token=token)


@post("/partner/invited", status_code=200)
async def accept(request: Request[Any, Any, Any], pages: Here) -> Response[Any]:
    """Come in by an invitation."""
    form, _ = await form_of(request)
    value = None if from_elsewhere(request.headers) else await pages.sessions.by_invitation(form.get("token", ""))
    if value is None:
        return pages.page("enter.html", 401, problem="This invitation was used or has ended. Ask for a new one.")
    return _inside(pages, value)


@post("/partner/leave", status_code=200)
async def leave(request: Request[Any, Any, Any], pages: Here) -> Response[Any]:
    """End the session."""
    session = await pages.session(request)
    form, _ = await form_of(request)
    if not allowed(session, form.get("csrf", "")):
        return pages.page("forged.html", 403, session=session)
    await pages.sessions.leave(request)
    answer: Response[Any] = Redirect("/partner/enter", status_code=303)
    answer.headers["set-cookie"] = pages.cookie("", 0)
    return answer


@get("/partner/static/style.css")
async def style(pages: Here) -> Response[str]:
    """The look of the desk."""
    return Response(pages.stylesheet, media_type="text/css", headers={"cache-control": "public, max-age=300"})


async def owned(pages: Pages, session: Session, subject: str, reference: str) -> Job:
    """A job of this partner. Raises `Closed`: it is nobody's, or another's, which is the same."""
    partner, name = session.person.partner, subject.replace("\x00", "")
    job = await pages.context.store.read(lambda tx: job_of(tx, partner, name, reference))
    if job is None:
        raise Closed(pages.page("missing.html", 404, session=session))
    return job


def job_page(pages: Pages, session: Session, job: Job, given: dict[str, str], problem: str) -> Response[str]:
    """One job with its form."""
    return pages.page(
        "order.html", 422 if problem else 200, session, job=job, given=given, problem=problem, actions=ORDER_ACTIONS,
        mark=given.get("mark") or mark_of(), quoted=_address,
    )  # fmt: skip


async def _jobs(pages: Pages, session: Session, *, everything: bool) -> list[Job]:
    if session.desk.kind != "warehouse":
        return []
    partner = session.person.partner
    return await pages.context.store.read(lambda tx: jobs_of(tx, partner, open_only=not everything))


def _inside(pages: Pages, value: str) -> Response[Any]:
    answer: Response[Any] = Redirect("/partner", status_code=303)
    answer.headers["set-cookie"] = pages.cookie(value, pages.context.session_life // _SECOND)
    answer.headers["cache-control"] = "no-store"
    return answer


def _address(job: Job) -> str:
    return f"/partner/order?subject={quote(job.subject, safe='')}&reference={quote(job.reference, safe='')}"


ROUTES = (work, work_csv, order, entrance, enter, invited, accept, leave, style)
