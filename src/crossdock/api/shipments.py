"""/v1/shipments and /v1/search: delivery orders, their stories, and finding them by any reference."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import Parameter

from crossdock.api import resources
from crossdock.api.etags import tagged
from crossdock.api.pages import Cursor, Limit, page, seal, turn, unseal
from crossdock.api.problems import Fault, ProblemError, documented
from crossdock.api.provided import Here
from crossdock.ports.policy import Scope
from crossdock.ports.rows import ShipmentRow
from crossdock.ports.stores import Transaction
from crossdock.views.timeline import Ambiguous, resolve, story_of

_REFUSALS = documented(400, 401, 403, 404, 503)
_WITH_AMBIGUITY = {**_REFUSALS, **documented(409)}
Text = Annotated[str, Parameter(max_length=200)]
Id = Annotated[
    str, Parameter(max_length=300, description="Canonical id, or any business reference that names one shipment.")
]


@get("/v1/shipments", scope=Scope.READ, responses=_REFUSALS, summary="List delivery orders", tags=["Shipments"])
async def list_shipments(
    request: Request[Any, Any, Any],
    context: Here,
    phase: Text = "",
    milestone: Text = "",
    text: Text = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Response[resources.Shipments]:
    """Delivery orders, last changed first."""
    after = unseal(cursor)
    rows, following = await turn(
        context.store,
        lambda tx: tx.views.shipments(phase=phase, milestone=milestone, text=text, after=after, limit=limit),
    )
    cursor = seal(following) if following else ""
    return page(request, resources.Shipments([resources.shipment(row) for row in rows], cursor), cursor)


@get(
    "/v1/shipments/{id:str}",
    scope=Scope.READ,
    responses=_WITH_AMBIGUITY,
    summary="One delivery order",
    tags=["Shipments"],
)
async def get_shipment(request: Request[Any, Any, Any], context: Here, id: Id) -> Response[resources.Shipment]:  # noqa: A002 - the path says id
    """One delivery order by its id or any business reference."""

    def step(tx: Transaction) -> ShipmentRow | None:
        subject = resolve(tx, id)
        return tx.views.shipment(subject) if subject else None

    row = await _unambiguous(context, step)
    if row is None:
        raise ProblemError(404, f"no shipment is known as '{id}'")
    return tagged(request, resources.shipment(row))


@get(
    "/v1/shipments/{id:str}/timeline",
    scope=Scope.READ,
    responses=_WITH_AMBIGUITY,
    summary="The story of one delivery order",
    tags=["Shipments"],
)
async def get_timeline(request: Request[Any, Any, Any], context: Here, id: Id) -> Response[resources.Timeline]:  # noqa: A002 - the path says id
    """Every message, event, command and attempt of one order, and what is expected next."""
    story = await _unambiguous(context, lambda tx: story_of(tx, id))
    if story is None:
        raise ProblemError(404, f"no shipment is known as '{id}'")
    return tagged(request, resources.timeline(story))


@get("/v1/search", scope=Scope.READ, responses=_REFUSALS, summary="Find by any reference", tags=["Shipments"])
async def search(
    context: Here,
    q: Annotated[str, Parameter(min_length=1, max_length=200, description="A reference or how it begins.")],
    limit: Annotated[int, Parameter(ge=1, le=100)] = 20,
) -> resources.Hits:
    """Shipments whose references equal or begin with ``q``, exact ones first."""
    found = await context.store.read(lambda tx: tx.views.search(q.strip(), limit)) if q.strip() else []
    return resources.Hits([resources.Hit(hit.subject, hit.kind, hit.value) for hit in found])


async def _unambiguous(context: Here, step: Any) -> Any:
    try:
        return await context.store.read(step)
    except Ambiguous as error:
        faults = [Fault(subject, parameter="id") for subject in error.subjects]
        raise ProblemError(409, str(error), *faults, kind="ambiguous-reference") from None


ROUTES = (list_shipments, get_shipment, get_timeline, search)
