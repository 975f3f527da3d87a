"""/livez, /readyz and /metrics: for supervisors and Prometheus; open, and without business data."""

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from crossdock.api.context import Context
from crossdock.api.problems import documented
from crossdock.api.provided import Here
from crossdock.ports.stores import StoreUnavailable


class Health(Struct, frozen=True):
    """The answer to a probe: which process answered, what it does, and how many partitions of subjects (workers) and of
    feeds (schedulers) it holds.
    """

    status: str
    version: str
    process: str = ""
    roles: tuple[str, ...] = ()
    partitions: int = 0
    feeds: int = 0


@get("/livez", summary="Is the process alive?", tags=["Health"])
async def livez(context: Here) -> Health:
    """The event loop turns."""
    return _said("alive", context)


@get("/readyz", summary="Can it do its work?", responses=documented(503), tags=["Health"])
async def readyz(context: Here) -> Health:
    """The store answers, and this process could renew its leases in time; 503 while that is not so."""
    await context.store.read(lambda tx: tx.doors.client(""))
    if not context.standing().leased:
        raise StoreUnavailable("the leases of this process were not renewed in time")
    return _said("ready", context)


def _said(status: str, context: Context) -> Health:
    standing = context.standing()
    return Health(status, context.version, standing.owner, standing.roles, standing.partitions, standing.feeds)


@get(
    "/metrics",
    summary="Prometheus metrics",
    tags=["Health"],
    responses={200: ResponseSpec(str, description="The text format of Prometheus.", media_type="text/plain")},
)
async def metrics(context: Here) -> Response[bytes]:
    """Technical metrics: depth, retries, latency, failures per partner."""
    return Response(generate_latest(context.registry), media_type=CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8"))


ROUTES = (livez, readyz, metrics)
