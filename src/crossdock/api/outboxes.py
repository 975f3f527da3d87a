"""/v1/outboxes: webhooks and bridges, how far they are, and what people may do about them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from litestar import Request, Response, get, post
from msgspec import Meta, Struct

from crossdock.api.bodies import strictly
from crossdock.api.idempotency import Key
from crossdock.api.problems import ProblemError, documented
from crossdock.api.provided import Here, OnceOnly
from crossdock.api.words import CHANGE_REFUSALS, Id, ReasonRequest, Why
from crossdock.backbone import outbox_desk
from crossdock.model.instants import rfc3339
from crossdock.ports.outbox import Sent
from crossdock.ports.policy import Client, Scope
from crossdock.ports.stores import Fenced, Transaction

_READ_REFUSALS = documented(400, 401, 403, 404, 503)
T = TypeVar("T")


class Outbox(Struct, frozen=True):
    """A webhook or bridge. ``waiting`` events are before its cursors, ``held`` ones its receiver declined for now,
    ``missed`` ones were given up.
    """

    id: str
    kind: str
    begun: bool
    enabled: bool
    note: str
    waiting: int
    oldest_at: str
    held: int
    missed: int
    failing_since: str
    problem: str


class Outboxes(Struct, frozen=True):
    """All that are configured."""

    items: list[Outbox]


class ResendRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """From when on; a dry run counts only."""

    since: Annotated[datetime, Meta(tz=True)]
    reason: Why
    dry_run: bool = False


class Changed(Struct, frozen=True):
    """Whether there was anything to change."""

    id: str
    changed: bool


class Resent(Struct, frozen=True):
    """How many events are sent again."""

    id: str
    events: int
    dry_run: bool


class Pinged(Struct, frozen=True):
    """Whether the receiver took the test event; both texts where it did not."""

    id: str
    taken: bool
    operator: str = ""
    engineer: str = ""


@get("/v1/outboxes", scope=Scope.READ, responses=_READ_REFUSALS, summary="Webhooks and bridges", tags=["Outboxes"])
async def list_outboxes(context: Here) -> Outboxes:
    """How each is: whether it sends, what waits and since when, what is wrong."""
    names = sorted(context.outboxes)
    rows = await context.store.read(lambda tx: outbox_desk.standings(tx, names))
    return Outboxes([_outbox(each, context.outboxes[each.name]) for each in rows])


@post(
    "/v1/outboxes/{id:str}/disable", scope=Scope.ADMIN, status_code=200, responses=CHANGE_REFUSALS,
    summary="Send nothing to it", tags=["Outboxes"],
)  # fmt: skip
async def disable(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, id: Id, data: ReasonRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Changed]:  # fmt: skip
    """Its place in the log is kept."""
    data = await strictly(request, ReasonRequest)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Changed]:
        name = _known(context, id)
        return 200, Changed(id, _alone(lambda: outbox_desk.disable(tx, name, client.id, data.reason, now)))

    return await once.run(request, idempotency_key, effect)


@post(
    "/v1/outboxes/{id:str}/enable", scope=Scope.ADMIN, status_code=200, responses=CHANGE_REFUSALS,
    summary="Send to it again", tags=["Outboxes"],
)  # fmt: skip
async def enable(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, id: Id, data: ReasonRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Changed]:  # fmt: skip
    """It goes on where it stood, at once."""
    data = await strictly(request, ReasonRequest)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Changed]:
        name = _known(context, id)
        return 200, Changed(id, _alone(lambda: outbox_desk.enable(tx, name, client.id, data.reason, now)))

    response = await once.run(request, idempotency_key, effect)
    context.store.wake("log")
    return response


@post(
    "/v1/outboxes/{id:str}/resend", scope=Scope.ADMIN, status_code=200, responses=CHANGE_REFUSALS,
    summary="Send events again", tags=["Outboxes"],
)  # fmt: skip
async def resend(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, id: Id, data: ResendRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Resent]:  # fmt: skip
    """Everything recorded since a time, in order and under the same ids."""
    data = await strictly(request, ResendRequest)
    since = max(int(data.since.timestamp() * 1_000_000), 1)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Resent]:
        name = _known(context, id)
        try:
            count = _alone(
                lambda: outbox_desk.resend(tx, name, since, client.id, data.reason, now, dry_run=data.dry_run)
            )
        except outbox_desk.NotBegun:
            raise ProblemError(409, "it has not sent anything yet", kind="not-begun") from None
        return 200, Resent(id, count, data.dry_run)

    response = await once.run(request, idempotency_key, effect)
    context.store.wake("log")
    return response


@post(
    "/v1/outboxes/{id:str}/ping", scope=Scope.ADMIN, status_code=200, responses=CHANGE_REFUSALS,
    summary="Send it a test event", tags=["Outboxes"],
)  # fmt: skip
async def ping(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, id: Id, data: ReasonRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Pinged]:  # fmt: skip
    """A CloudEvent of type crossdock.ping.v1, now; nothing else changes."""
    data = await strictly(request, ReasonRequest)
    outcome = await context.ping(_known(context, id))
    why = None if isinstance(outcome, Sent) else outcome.why

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Pinged]:
        tx.doors.audit(now, client.id, "outbox.ping", id, data.reason)
        return 200, Pinged(id, why is None, why.operator if why else "", why.engineer if why else "")

    return await once.run(request, idempotency_key, effect)


def _known(context: Here, name: str) -> str:
    if name not in context.outboxes:
        raise ProblemError(404, f"there is no webhook or bridge '{name}'")
    return name


def _alone(step: Callable[[], T]) -> T:
    """What ``step`` gives; a worker that moved the same cursors at the same moment is a conflict."""
    try:
        return step()
    except Fenced:
        raise ProblemError(409, "a worker moved it at the same moment: try again", kind="still-running") from None


def _outbox(each: outbox_desk.Standing, kind: str) -> Outbox:
    return Outbox(
        each.name, kind, each.begun, each.enabled, each.note, each.waiting,
        rfc3339(each.oldest_at) if each.oldest_at else "", each.held, len(each.missed),
        rfc3339(each.failing_since) if each.failing_since else "", each.problem,
    )  # fmt: skip


ROUTES = (list_outboxes, disable, enable, resend, ping)
