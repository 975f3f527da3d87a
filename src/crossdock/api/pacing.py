"""/v1/partners/{id}/pause, /resume and /limits: how fast a partner is called, if at all."""

from typing import Annotated, Any

from litestar import Request, Response, post
from msgspec import Meta, Struct

from crossdock.api.bodies import strictly
from crossdock.api.idempotency import Key
from crossdock.api.problems import ProblemError
from crossdock.api.provided import Here, OnceOnly
from crossdock.api.words import CHANGE_REFUSALS, Id, ReasonRequest, Why
from crossdock.backbone import desk
from crossdock.ports.policy import Client, Scope
from crossdock.ports.stores import Transaction


class LimitRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A token bucket for all workers together; what is left out is as configured."""

    reason: Why
    per_second: Annotated[float, Meta(ge=0)] | None = None
    burst: Annotated[float, Meta(ge=1, le=1_000_000, description="Whole calls; what is beyond is cut.")] | None = None


class Pace(Struct, frozen=True):
    """What holds now."""

    id: str
    paused: bool
    per_second: float | None
    burst: int | None
    changed: bool


@post(
    "/v1/partners/{id:str}/pause", scope=Scope.ADMIN, status_code=200, responses=CHANGE_REFUSALS,
    summary="Make no calls to a partner", tags=["Partners"],
)  # fmt: skip
async def pause(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, id: Id, data: ReasonRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Pace]:  # fmt: skip
    """Its commands wait in their lanes; nothing is lost."""
    data = await strictly(request, ReasonRequest)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Pace]:
        return 200, _pace(tx, id, changed=desk.pause(tx, _known(context, id), client.id, data.reason, now))

    return await once.run(request, idempotency_key, effect)


@post(
    "/v1/partners/{id:str}/resume", scope=Scope.ADMIN, status_code=200, responses=CHANGE_REFUSALS,
    summary="Call a partner again", tags=["Partners"],
)  # fmt: skip
async def resume(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, id: Id, data: ReasonRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Pace]:  # fmt: skip
    """What waited goes out in the order it was asked for."""
    data = await strictly(request, ReasonRequest)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Pace]:
        return 200, _pace(tx, id, changed=desk.resume(tx, _known(context, id), client.id, data.reason, now))

    response = await once.run(request, idempotency_key, effect)
    context.store.wake("outbound")
    return response


@post(
    "/v1/partners/{id:str}/limits", scope=Scope.ADMIN, status_code=200, responses=CHANGE_REFUSALS,
    summary="Set a partner's token bucket", tags=["Partners"],
)  # fmt: skip
async def limit(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, id: Id, data: LimitRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Pace]:  # fmt: skip
    """For all workers together, over the configuration."""
    data = await strictly(request, LimitRequest)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Pace]:
        burst = None if data.burst is None else int(data.burst)
        desk.limit(tx, _known(context, id), data.per_second, burst, client.id, data.reason, now)
        return 200, _pace(tx, id, changed=True)

    return await once.run(request, idempotency_key, effect)


def _known(context: Here, partner: str) -> str:
    if partner not in context.partners:
        raise ProblemError(404, f"there is no partner '{partner}'")
    return partner


def _pace(tx: Transaction, partner: str, *, changed: bool) -> Pace:
    health = tx.partners.health(partner)
    return Pace(partner, health.paused, health.per_second, health.burst, changed)


ROUTES = (pause, resume, limit)
