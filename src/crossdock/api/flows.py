"""/v1/flows: every flow of the configuration with its class, its latency objective and what was measured."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter
from msgspec import Struct

from crossdock.api.problems import documented
from crossdock.api.provided import Here
from crossdock.model.flows import Direction, LatencyClass, Origin
from crossdock.ports.policy import Scope
from crossdock.views import flows as views

_HOUR = 3_600_000_000


class Flow(Struct, frozen=True):
    """One flow. ``source`` and ``system`` are its ends. Half and 99 % of the messages that were settled took
    ``p50_seconds`` and ``p99_seconds`` at most: in, from received to understood; out, from ordered to carried out.
    Null: there was no message, or nothing is kept of them.
    """

    name: str
    direction: Direction
    source: str
    system: str
    what: str
    latency_class: LatencyClass | None
    objective_seconds: float | None
    said_by: Origin
    messages: int
    p50_seconds: float | None
    p99_seconds: float | None
    met: bool | None


class Flows(Struct, frozen=True):
    """All of them; the figures are of the last ``hours``."""

    hours: float
    items: list[Flow]


@get(
    "/v1/flows",
    scope=Scope.READ,
    responses=documented(400, 401, 403, 503),
    summary="Flows with class, objective and measured latency",
    tags=["Flows"],
)
async def list_flows(
    context: Here,
    hours: Annotated[float, Parameter(ge=0.1, le=8784, description="Measured over so many hours.")] = 24.0,
) -> Flows:
    """Every flow there is in the configuration in force."""
    now = context.clock.now()
    rows = await context.store.read(lambda tx: views.measured(tx, context.flows, now, int(hours * _HOUR)))
    return Flows(hours, [resource(row) for row in rows])


def resource(row: views.FlowRow) -> Flow:
    """As callers see it."""
    flow = row.flow
    latency, seconds = (flow.target.latency, flow.target.seconds) if flow.target else (None, None)
    return Flow(
        flow.name, flow.direction, flow.source, flow.system, flow.what, latency, seconds, flow.origin, row.messages,
        row.p50, row.p99, row.met,
    )  # fmt: skip


ROUTES = (list_flows,)
