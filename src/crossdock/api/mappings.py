"""/v1/mappings and /v1/partners/{id}/mappings: words of partners that nobody has mapped, and ruling what they mean."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import Parameter
from msgspec import Meta, Struct

from crossdock.api.bodies import strictly
from crossdock.api.context import Context
from crossdock.api.etags import tagged
from crossdock.api.idempotency import Key
from crossdock.api.problems import Fault, ProblemError, documented
from crossdock.api.provided import Here, OnceOnly
from crossdock.api.words import CHANGE_REFUSALS, Id, Why
from crossdock.backbone.ruling import rule
from crossdock.model.milestones import UnknownMilestone, check
from crossdock.model.return_reasons import REASONS as RETURN_REASONS
from crossdock.ports.policy import Client, Scope
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_mapping import Act, Kind, Ruling
from crossdock.views.mapping_tasks import Task, mapping_tasks

_Word = Annotated[str, Meta(max_length=60)]


class MappingTasks(Struct, frozen=True):
    """Words without a mapping, the most frequent first."""

    items: list[Task]


class RulingRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What a partner's word means from now on: a ``code``'s milestone, with what is wrong and why where something is; a
    ``reason``'s word of the return reasons in ``cause``; a ``field`` is accepted as it is.
    """

    name: Annotated[str, Meta(min_length=1, max_length=300)]
    reason: Why
    kind: Kind = "code"
    milestone: _Word = ""
    category: _Word = "none"
    cause: _Word = ""


class Ruled(Struct, frozen=True):
    """A ruling as it is kept: ``proposed`` waits for a second person, ``settled`` holds."""

    partner: str
    kind: Kind
    name: str
    act: Act


@get(
    "/v1/mappings",
    scope=Scope.READ,
    responses=documented(400, 401, 403, 404, 503),
    summary="Words nobody has mapped",
    tags=["Partners"],
)
async def tasks(
    request: Request[Any, Any, Any], context: Here, partner: Annotated[str, Parameter(max_length=60)] = ""
) -> Response[MappingTasks]:
    """Codes, fields and reasons for returns, each with an example and the message it was last seen in."""
    return tagged(request, MappingTasks(await context.store.read(lambda tx: mapping_tasks(tx, partner))))


@post(
    "/v1/partners/{id:str}/mappings", scope=Scope.ADMIN, status_code=200, responses=CHANGE_REFUSALS,
    summary="Rule what a partner's word means", tags=["Partners"],
)  # fmt: skip
async def settle(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, id: Id, data: RulingRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Ruled]:  # fmt: skip
    """It holds for every message read from now on; where the configuration asks for two people it is a proposal."""
    if id not in context.partners:
        raise ProblemError(404, f"there is no partner '{id}'")
    data = await strictly(request, RulingRequest)
    _refuse_unknown(data)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Ruled]:
        ruling = _ruling(context, id, data, client.id, now)
        rule(tx, ruling)
        return 200, Ruled(id, ruling.kind, ruling.name, ruling.act)

    return await once.run(request, idempotency_key, effect)


def _refuse_unknown(data: RulingRequest) -> None:
    try:
        if data.kind == "code":
            check(data.milestone, data.category, data.cause)
    except UnknownMilestone as problem:
        raise ProblemError(422, str(problem), Fault(str(problem), pointer="/milestone")) from None
    if data.kind == "reason" and data.cause not in RETURN_REASONS:
        text = f"'{data.cause}' is no reason for a return"
        raise ProblemError(422, text, Fault(text, pointer="/cause"))


def _ruling(context: Context, partner: str, data: RulingRequest, who: str, now: int) -> Ruling:
    act: Act = "settled" if context.approvals == 1 else "proposed"
    code = data.kind == "code"
    return Ruling(
        partner, data.kind, data.name, act, who, now, data.milestone if code else "",
        data.category if code else "none", "" if data.kind == "field" else data.cause, data.reason,
    )  # fmt: skip


ROUTES = (tasks, settle)
"""For `crossdock.api.app`."""
