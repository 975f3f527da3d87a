"""/v1/exchanges, /v1/parked and /v1/replays: the messages themselves, and letting them go on."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Request, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter
from msgspec import UnsetType

from crossdock.api import resources
from crossdock.api.bodies import strictly
from crossdock.api.etags import tagged
from crossdock.api.idempotency import Key
from crossdock.api.pages import Cursor, Instant, Limit, instant, microseconds, page, seal, turn, unseal
from crossdock.api.problems import Fault, ProblemError, documented
from crossdock.api.provided import Here, OnceOnly
from crossdock.api.words import ReasonRequest
from crossdock.ports.policy import Client, Scope
from crossdock.ports.stores import Transaction

_REFUSALS = documented(400, 401, 403, 404, 503)
_POST_REFUSALS = documented(400, 401, 403, 404, 409, 413, 422, 503, 507)
_PARKED = ("parked", "refused", "in_doubt")
Status = Annotated[str, Parameter(max_length=20, pattern=r"^[a-z_]*$")]
Text = Annotated[str, Parameter(max_length=300)]
Id = Annotated[str, Parameter(max_length=60)]


@get("/v1/exchanges", scope=Scope.READ, responses=_REFUSALS, summary="List messages", tags=["Exchanges"])
async def list_exchanges(
    request: Request[Any, Any, Any],
    context: Here,
    *,
    shipment_id: Text = "",
    partner: Text = "",
    direction: Literal["", "inbound", "outbound"] = "",
    status: Status = "",
    since: Instant = None,
    until: Instant = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Response[resources.Exchanges]:
    """Messages in and out, newest first."""
    after, first, last = unseal(cursor), instant("since", since), instant("until", until)
    rows, following = await turn(
        context.store,
        lambda tx: tx.views.exchanges(
            subject=shipment_id,
            partner=partner,
            direction=direction,
            statuses=(status,) if status else (),
            since=first,
            until=last,
            after=after,
            limit=limit,
        ),
    )
    cursor = seal(following) if following else ""
    return page(request, resources.Exchanges([resources.exchange(row) for row in rows], cursor), cursor)


@get("/v1/parked", scope=Scope.READ, responses=_REFUSALS, summary="What waits for a person", tags=["Exchanges"])
async def list_parked(
    request: Request[Any, Any, Any], context: Here, partner: Text = "", cursor: Cursor = "", limit: Limit = 50
) -> Response[resources.Exchanges]:
    """Parked, refused and doubtful messages, newest first; both texts say what to do."""
    after = unseal(cursor)
    rows, following = await turn(
        context.store, lambda tx: tx.views.exchanges(partner=partner, statuses=_PARKED, after=after, limit=limit)
    )
    cursor = seal(following) if following else ""
    return page(request, resources.Exchanges([resources.exchange(row) for row in rows], cursor), cursor)


@get("/v1/exchanges/{id:str}", scope=Scope.READ, responses=_REFUSALS, summary="One message", tags=["Exchanges"])
async def get_exchange(request: Request[Any, Any, Any], context: Here, id: Id) -> Response[resources.ExchangeWhole]:  # noqa: A002 - the path says id
    """One message with the events that came of it and its attempts."""
    detail = await context.store.read(lambda tx: tx.views.exchange(id))
    if detail is None:
        raise ProblemError(404, f"there is no exchange '{id}'")
    return tagged(request, resources.whole(detail))


@get(
    "/v1/exchanges/{id:str}/body",
    scope=Scope.READ,
    responses={
        **_REFUSALS,
        **documented(410),
        200: ResponseSpec(bytes, description="The bytes as received.", media_type="application/octet-stream"),
    },
    summary="The bytes of a message",
    tags=["Exchanges"],
)
async def get_body(context: Here, id: Id) -> Response[bytes]:  # noqa: A002 - the path says id
    """The bytes as they came or go out; always as a download, whatever the partner called them."""
    detail = await context.store.read(lambda tx: tx.views.exchange(id))
    if detail is None:
        raise ProblemError(404, f"there is no exchange '{id}'")
    if detail.body_gone:
        raise ProblemError(410, "the bytes are gone: their retention is over")
    headers = {
        "content-disposition": f'attachment; filename="{detail.row.id}.bin"',
        "x-content-type-options": "nosniff",
    }
    return Response(detail.body, media_type="application/octet-stream", headers=headers)


@post(
    "/v1/exchanges/{id:str}/retry",
    scope=Scope.WRITE,
    status_code=202,
    responses=_POST_REFUSALS,
    summary="Let a parked message go on",
    tags=["Exchanges"],
)
async def retry(
    request: Request[Any, Any, Any],
    context: Here,
    once: OnceOnly,
    id: Id,  # noqa: A002 - the path says id
    data: ReasonRequest,
    idempotency_key: Key,
) -> Response[resources.Retried]:
    """The same message to the same target once more; an outcome in doubt is asked for before anything is sent."""
    data = await strictly(request, ReasonRequest)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, resources.Retried]:
        if tx.views.exchange(id) is None:
            raise ProblemError(404, f"there is no exchange '{id}'")
        count = context.requests.retry(tx, [id], now)
        tx.doors.audit(now, client.id, "exchange.retry", id, data.reason)
        return 202, resources.Retried(count)

    response = await once.run(request, idempotency_key, effect)
    context.store.wake("inbound")
    context.store.wake("outbound")
    return response


@post(
    "/v1/replays",
    scope=Scope.ADMIN,
    status_code=200,
    responses=_POST_REFUSALS,
    summary="Read messages again with today's rules",
    tags=["Exchanges"],
)
async def replay(
    request: Request[Any, Any, Any],
    context: Here,
    once: OnceOnly,
    data: resources.ReplayRequest,
    idempotency_key: Key,
) -> Response[resources.Replayed]:
    """A dry run unless ``dry_run`` is false; no command leaves unless ``effects`` is true."""
    data = await strictly(request, resources.ReplayRequest)
    since, until = _microseconds(data.since), _microseconds(data.until)
    if not (data.ids or data.partner or data.flow or since or until):
        fault = Fault("name ids, a partner, a flow or a time", pointer="/ids")
        raise ProblemError(422, "this would replay everything there is", fault, kind="no-selection")
    try:
        plan = await context.plan(tuple(data.ids), data.partner, since, until, data.flow, effects=data.effects)
    except ValueError as error:
        fault = Fault("name a process that runs, or a family of events such as tracking", pointer="/flow")
        raise ProblemError(404, str(error), fault, kind="unknown-flow") from error

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, resources.Replayed]:
        calls = [resources.PlannedCall(call.partner, call.kind, call.subject) for call in plan.effects]
        count = 0
        if not data.dry_run:
            count = context.requests.replay(tx, plan.ids, now, effects=data.effects)
            tx.doors.audit(now, client.id, "exchange.replay", f"{len(plan.ids)} messages", data.reason)
        made, held = (calls, []) if data.effects else ([], calls)
        return 200, resources.Replayed(data.dry_run, len(plan.ids), count, list(plan.changed), made, held)

    response = await once.run(request, idempotency_key, effect)
    context.store.wake("inbound")
    return response


def _microseconds(moment: datetime | UnsetType) -> int:
    return 0 if isinstance(moment, UnsetType) else microseconds(moment)


ROUTES = (list_exchanges, list_parked, get_exchange, get_body, retry, replay)
