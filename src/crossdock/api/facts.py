"""/v1/events and /v1/partners: what happened, and how partners are."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import Parameter

from crossdock.api import resources
from crossdock.api.pages import Cursor, Limit, page, seal, turn, unseal
from crossdock.api.problems import documented
from crossdock.api.provided import Here
from crossdock.ports.policy import Scope
from crossdock.ports.stores import Transaction

_REFUSALS = documented(400, 401, 403, 404, 503)
Text = Annotated[str, Parameter(max_length=300)]


@get("/v1/events", scope=Scope.READ, responses=_REFUSALS, summary="The event log", tags=["Events"])
async def list_events(
    request: Request[Any, Any, Any], context: Here, type_prefix: Text = "", cursor: Cursor = "", limit: Limit = 100
) -> Response[resources.Events]:
    """Canonical events as CloudEvents, oldest first; ``type_prefix`` such as ``crossdock.tracking``."""
    after = unseal(cursor)
    prefix = type_prefix.removeprefix("crossdock.")
    events, following = await turn(
        context.store, lambda tx: tx.views.events(after=after, limit=limit, type_prefix=prefix)
    )
    cursor = seal(following) if following else ""
    return page(request, resources.Events([resources.cloudevent(event) for event in events], cursor), cursor)


@get("/v1/partners", scope=Scope.READ, responses=_REFUSALS, summary="Partners and their health", tags=["Partners"])
async def list_partners(context: Here) -> resources.Partners:
    """Breaker, throttle and attention per partner, with the breaker's last moves."""

    def step(tx: Transaction) -> list[resources.Partner]:
        return [
            resources.partner(name, tx.partners.health(name), tx.partners.breaker_moves(name, limit=20))
            for name in context.partners
        ]

    return resources.Partners(await context.store.read(step))


ROUTES = (list_events, list_partners)
