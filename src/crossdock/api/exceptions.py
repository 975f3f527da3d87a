"""/v1/exceptions: what a person has to put right, whose it is, and what people do about it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from litestar import Request, Response, get, post
from litestar.params import Parameter
from msgspec import Meta, Struct

from crossdock.api import exception_resources as resources
from crossdock.api.bodies import strictly
from crossdock.api.idempotency import Key
from crossdock.api.pages import Cursor, Limit, page, seal, turn, unseal
from crossdock.api.problems import Fault, ProblemError, documented
from crossdock.api.provided import Here, OnceOnly
from crossdock.api.words import CHANGE_REFUSALS, Id, Why
from crossdock.backbone import exceptions_desk as desk
from crossdock.model.identifiers import digest
from crossdock.model.instants import stamp
from crossdock.ports.policy import Client, Scope
from crossdock.ports.rows import Chosen
from crossdock.ports.stores import Transaction
from crossdock.views.exceptions import whole

_REFUSALS = documented(400, 401, 403, 404, 503)
_TAGS = ["Exceptions"]
Text = Annotated[str, Parameter(max_length=300)]
Word = Annotated[str, Parameter(max_length=60)]
Queue = Annotated[
    Literal["business", "technical", "all"],
    Parameter(description="What holds up business, or what of the integration is out of order: two queues."),
]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class FilterRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Which open exceptions: of one queue, and every further word that is given has to fit. ``ids`` names them."""

    queue: Literal["business", "technical"]
    ids: Annotated[list[str], Meta(max_length=1000)] = []
    group: Annotated[str, Meta(max_length=40)] = ""
    kind: Annotated[str, Meta(max_length=60)] = ""
    shipment_id: Annotated[str, Meta(max_length=300)] = ""
    owner: Annotated[str, Meta(max_length=40)] = ""
    assignee: Annotated[str, Meta(max_length=200)] = ""
    state: Literal["open", "assigned", "waiting", ""] = ""
    severity: Literal["low", "normal", "high", "critical", ""] = ""
    category: Annotated[str, Meta(max_length=60)] = ""
    partner: Annotated[str, Meta(max_length=200)] = ""
    breached: bool | None = None


class ActRequest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """On all that fit ``filter``; a dry run names them and changes nothing."""

    filter: FilterRequest
    reason: Why
    dry_run: bool = False


class AssignRequest(ActRequest, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """To a person, and to another team where ``owner`` is given."""

    assignee: Name
    owner: Annotated[str, Meta(max_length=40)] = ""


class MoveRequest(ActRequest, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """To another team, to nobody in particular."""

    owner: Annotated[str, Meta(min_length=1, max_length=40)]


class WaitRequest(ActRequest, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """On whom, and until when; without ``until`` it waits until somebody resumes it. Its clock stands."""

    on: Name
    until: Annotated[datetime, Meta(tz=True)] | None = None


class RescheduleRequest(ActRequest, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which day their customers are promised instead."""

    promised_for: date


class CommentRequest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody has to say."""

    filter: FilterRequest
    text: Annotated[str, Meta(min_length=1, max_length=2000)]
    dry_run: bool = False


@get("/v1/exceptions", scope=Scope.READ, responses=_REFUSALS, summary="Exceptions", tags=_TAGS)
async def list_exceptions(  # noqa: PLR0917 - query parameters
    request: Request[Any, Any, Any],
    context: Here,
    open_only: bool = True,  # noqa: FBT001, FBT002 - a query parameter
    queue: Queue = "business",
    kind: Text = "",
    shipment_id: Text = "",
    owner: Word = "",
    assignee: Text = "",
    status: Annotated[Literal["", "open", "assigned", "waiting", "resolved"], Parameter()] = "",
    severity: Annotated[Literal["", "low", "normal", "high", "critical"], Parameter()] = "",
    category: Word = "",
    partner: Text = "",
    group: Word = "",
    breached: bool | None = None,  # noqa: FBT001 - a query parameter
    overdue: bool = False,  # noqa: FBT001, FBT002 - a query parameter
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Response[resources.Exceptions]:
    """What a person has to put right, newest first. Technical failures are a queue of their own."""
    after = unseal(cursor)
    chosen = Chosen(
        queue="" if queue == "all" else queue, kind=kind, subject=shipment_id, owner=owner, assignee=assignee,
        state=status, severity=severity, category=category, partner=partner, group=group, breached=breached,
        overdue_at=context.clock.now() if overdue else 0,
    )  # fmt: skip
    standing = open_only and status != "resolved"
    rows, following = await turn(
        context.store,
        lambda tx: tx.views.exceptions(open_only=standing, chosen=chosen, after=after, limit=limit),
    )
    cursor = seal(following) if following else ""
    items = [resources.business_exception(row) for row in rows]
    return page(request, resources.Exceptions(items, cursor), cursor)


@get("/v1/exceptions/urgent", scope=Scope.READ, responses=_REFUSALS, summary="The most urgent exceptions", tags=_TAGS)
async def list_urgent(
    context: Here, queue: Queue = "business", owner: Word = "", limit: Limit = 50
) -> resources.Urgent:
    """Open ones by severity, then the customer's tier, the earliest promise to a customer, and the value at stake."""
    chosen = Chosen(queue="" if queue == "all" else queue, owner=owner)
    rows = await context.store.read(lambda tx: tx.views.most_urgent(chosen, limit))
    return resources.Urgent([resources.business_exception(row) for row in rows])


@get("/v1/exceptions/groups", scope=Scope.READ, responses=_REFUSALS, summary="Exceptions by cause", tags=_TAGS)
async def list_groups(context: Here, queue: Queue = "business", owner: Word = "") -> resources.Groups:
    """Open exceptions by what caused them (kind, partner, category), with what the orders they hold up are worth."""
    chosen = Chosen(queue="" if queue == "all" else queue, owner=owner)
    found = await context.store.read(lambda tx: tx.views.cause_groups(chosen))
    return resources.Groups([resources.group(each) for each in found])


@get("/v1/exceptions/matrix", scope=Scope.READ, responses=_REFUSALS, summary="Whose exceptions are", tags=_TAGS)
async def get_matrix(context: Here) -> resources.Matrix:
    """The ownership matrix in force: the team, severity and promises of every kind."""
    return resources.Matrix([resources.owner(each) for each in context.matrix])


@get("/v1/exceptions/alerts", scope=Scope.READ, responses=_REFUSALS, summary="Alerts", tags=_TAGS)
async def list_alerts(
    context: Here,
    open_only: bool = True,  # noqa: FBT001, FBT002 - a query parameter
    limit: Limit = 50,
) -> resources.Alerts:
    """What somebody is told of, newest first."""
    found = await context.store.read(lambda tx: tx.alerts.latest(standing_only=open_only, limit=limit))
    return resources.Alerts([resources.alert(each) for each in found])


@get("/v1/exceptions/{id:str}", scope=Scope.READ, responses=_REFUSALS, summary="One exception", tags=_TAGS)
async def get_exception(context: Here, id: Id) -> resources.ExceptionDetail:  # noqa: A002 - the path says id
    """An exception with what to do, its history, and the messages that led to it."""
    found = await context.store.read(lambda tx: whole(tx, id))
    if found is None:
        raise ProblemError(404, f"there is no exception '{id}'")
    return resources.detail(found)


@post(
    "/v1/exceptions/assign", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Give them to somebody", tags=_TAGS,
)  # fmt: skip
async def assign(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, data: AssignRequest, idempotency_key: Key
) -> Response[resources.Requested]:
    """To a person; to another team as well where one is given."""
    data = await strictly(request, AssignRequest)
    _known_team(context, data.owner)
    deed = desk.Assign(data.owner, data.assignee)
    return await _act(request, context, once, data, deed, idempotency_key)


@post(
    "/v1/exceptions/move", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Give them to another team", tags=_TAGS,
)  # fmt: skip
async def move(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, data: MoveRequest, idempotency_key: Key
) -> Response[resources.Requested]:
    """Its working time counts from then on."""
    data = await strictly(request, MoveRequest)
    _known_team(context, data.owner)
    return await _act(request, context, once, data, desk.Assign(data.owner), idempotency_key)


@post(
    "/v1/exceptions/wait", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Wait on somebody", tags=_TAGS,
)  # fmt: skip
async def wait(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, data: WaitRequest, idempotency_key: Key
) -> Response[resources.Requested]:
    """Their clocks stand until then."""
    data = await strictly(request, WaitRequest)
    deed = desk.Wait(data.on, int(data.until.timestamp() * 1_000_000) if data.until else 0)
    return await _act(request, context, once, data, deed, idempotency_key)


@post(
    "/v1/exceptions/resume", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Wait no longer", tags=_TAGS,
)  # fmt: skip
async def resume(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, data: ActRequest, idempotency_key: Key
) -> Response[resources.Requested]:
    """Their clocks go on."""
    data = await strictly(request, ActRequest)
    return await _act(request, context, once, data, desk.Resume(), idempotency_key)


@post(
    "/v1/exceptions/comment", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Say something about them", tags=_TAGS,
)  # fmt: skip
async def comment(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, data: CommentRequest, idempotency_key: Key
) -> Response[resources.Requested]:
    """It stands in their history."""
    data = await strictly(request, CommentRequest)
    asked = ActRequest(filter=data.filter, reason="", dry_run=data.dry_run)
    return await _act(request, context, once, asked, desk.Comment(data.text), idempotency_key)


@post(
    "/v1/exceptions/resolve", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="End them", tags=_TAGS,
)  # fmt: skip
async def resolve(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, data: ActRequest, idempotency_key: Key
) -> Response[resources.Requested]:
    """With the reason. What happens again is raised again."""
    data = await strictly(request, ActRequest)
    return await _act(request, context, once, data, desk.Resolve(), idempotency_key)


@post(
    "/v1/exceptions/reschedule", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Promise their customers another day", tags=_TAGS,
)  # fmt: skip
async def reschedule(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, data: RescheduleRequest, idempotency_key: Key
) -> Response[resources.Requested]:
    """It is written into the sales order; what was only late is over then."""
    data = await strictly(request, RescheduleRequest)
    promised = stamp(data.promised_for.isoformat())
    return await _act(request, context, once, data, desk.Reschedule(promised), idempotency_key)


def _known_team(context: Here, owner: str) -> None:
    if owner and context.teams and owner not in context.teams:
        text = f"there is no team '{owner}'; there are {', '.join(sorted(context.teams))}"
        raise ProblemError(422, f"/owner: {text}", Fault(text, pointer="/owner"))


async def _act(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, asked: ActRequest, deed: desk.Deed, key: str
) -> Response[resources.Requested]:
    name, which = str(deed.__struct_config__.tag), asked.filter

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, resources.Requested]:
        try:
            cases = desk.find(tx, _chosen(which))
        except desk.TooMany as error:
            raise ProblemError(422, str(error), Fault(str(error), pointer="/filter"), kind="too-many") from None
        if not cases and len(which.ids) == 1:
            _say_why_not(tx, which.ids[0])
        if not asked.dry_run:
            request_id = digest("exception", client.id, key)[:24]
            desk.act(tx, cases, desk.Asked(request_id, client.id, asked.reason, deed), now)
        return 202, resources.Requested(name, len(cases), [each.id for each in cases[:200]], asked.dry_run)

    response = await once.run(request, key, effect)
    context.store.wake("log")
    return response


def _chosen(which: FilterRequest) -> Chosen:
    return Chosen(
        ids=tuple(which.ids), queue=which.queue, kind=which.kind, subject=which.shipment_id, owner=which.owner,
        assignee=which.assignee, state=which.state, severity=which.severity, category=which.category,
        partner=which.partner, group=which.group, breached=which.breached,
    )  # fmt: skip


def _say_why_not(tx: Transaction, name: str) -> None:
    found = tx.exceptions.with_ids([name])
    if found and found[0].resolved_at:
        raise ProblemError(409, f"exception '{name}' is resolved already", kind="resolved")
    where = ": it is in the other queue, or does not fit the rest of the filter" if found else ""
    raise ProblemError(404, f"there is no exception '{name}'{where}")


ROUTES = (
    list_exceptions, list_urgent, list_groups, get_matrix, list_alerts, get_exception, assign, move, wait, resume,
    comment, reschedule, resolve,
)  # fmt: skip
