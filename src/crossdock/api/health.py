"""/livez, /readyz and /metrics: for supervisors and Prometheus; open, and without business data."""

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from crossdock.api.problems import documented
from crossdock.api.provided import Here


class Health(Struct, frozen=True):
    """The answer to a probe."""

    status: str
    version: str


@get("/livez", summary="Is the process alive?", tags=["Health"])
async def livez(context: Here) -> Health:
    """The event loop turns."""
    return Health("alive", context.version)


@get("/readyz", summary="Can it take messages?", responses=documented(503), tags=["Health"])
async def readyz(context: Here) -> Health:
    """The store answers; 503 while it does not."""
    await context.store.read(lambda tx: tx.doors.client(""))
    return Health("ready", context.version)


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
