"""/v1/processes, /v1/expectations, reviews and payments: where orders stand, who is waited for, and what frees them."""

from typing import Annotated, Any, Literal

from litestar import Request, Response, get, post
from litestar.params import Parameter
from msgspec import Meta, Struct

from crossdock.api.bodies import strictly
from crossdock.api.choices import found
from crossdock.api.idempotency import Key
from crossdock.api.problems import ProblemError, documented
from crossdock.api.provided import Here, OnceOnly
from crossdock.api.words import CHANGE_REFUSALS, Why
from crossdock.backbone import telling
from crossdock.model.events import Fact
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import from_epoch_us, rfc3339
from crossdock.model.money import Money
from crossdock.model.releasing import PaymentReported, ReviewDecided
from crossdock.ports.policy import Client, Scope
from crossdock.ports.stores import Transaction
from crossdock.views.processes import Deadline, Standing, holds_of, processes_of, stages

_REFUSALS = documented(400, 401, 403, 404, 503)
_NAMES = (ReferenceKind.ORDER, ReferenceKind.DELIVERY, ReferenceKind.CUSTOMER_ORDER)
ShipmentId = Annotated[str, Parameter(max_length=300, description="Canonical id, or any reference of it.")]
Gate = Annotated[str, Meta(min_length=1, max_length=40, examples=["credit"])]
Short = Annotated[str, Meta(min_length=1, max_length=200)]


class StageResource(Struct, frozen=True):
    """How many orders stand in a stage; ``oldest`` is since when the longest, "" for none."""

    process: str
    stage: str
    text: str
    waits_for: str
    final: bool
    count: int
    oldest: str


class Stages(Struct, frozen=True):
    """Every stage of every process."""

    items: list[StageResource]


class StepResource(Struct, frozen=True):
    """One move of a process, on an event's type; ``then`` says what followed."""

    at: str
    before: str
    after: str
    on: str
    then: str


class ProcessResource(Struct, frozen=True):
    """Where one process of a shipment stands and how it came there."""

    process: str
    version: int
    stage: str
    text: str
    waits_for: str
    final: bool
    since: str
    history: list[StepResource]


class Expectation(Struct, frozen=True):
    """Something that happens at ``due_at`` unless it comes before; where ``who`` is said, that is waited for."""

    shipment: str
    name: str
    due_at: str
    what: str
    who: str
    since: str


class ProcessStories(Struct, frozen=True):
    """All processes of one shipment, and its deadlines, the next first."""

    shipment: str
    processes: list[ProcessResource]
    deadlines: list[Expectation]


class Expectations(Struct, frozen=True):
    """What is expected, the earliest due first."""

    items: list[Expectation]


class ReviewRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody decided about an order that a gate holds."""

    gate: Gate
    verdict: Literal["approve", "reject"]
    reason: Why


class Reviewed(Struct, frozen=True):
    """The decision is written down; ``holds`` are the gates that held the order when it was."""

    id: str
    shipment: str
    holds: list[str]


class AmountRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """An exact amount: ``minor`` units (cents for EUR, yen for JPY), in digits, of ``currency`` (ISO 4217)."""

    minor: Annotated[str, Meta(pattern=r"^[0-9]{1,15}$", examples=["12990"])]
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]


class PaymentRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """How the payment of an order stands. ``transaction`` is the provider's number; of several words about one the
    highest ``sequence`` holds.
    """

    order: Short
    transaction: Short
    state: Literal["pending", "authorized", "captured", "failed", "refunded"]
    sequence: Annotated[float, Meta(ge=0, le=2**53, description="A whole number; what is beyond is cut.")] = 0
    amount: AmountRequest | None = None


class PaymentNoted(Struct, frozen=True):
    """``shipments`` it is noted with; none while nobody here knows the order: it is kept until somebody does."""

    shipments: list[str]


@get("/v1/processes", scope=Scope.READ, responses=_REFUSALS, summary="Orders by stage", tags=["Processes"])
async def list_stages(context: Here) -> Stages:
    """Every stage of every process with how many orders stand in it."""
    lines = await context.store.read(lambda tx: stages(tx, context.processes))
    return Stages(
        [
            StageResource(each.process, each.stage, each.text, each.waits_for, each.final, each.count, _at(each.oldest))
            for each in lines
        ]
    )


@get(
    "/v1/shipments/{id:str}/processes", scope=Scope.READ, responses={**_REFUSALS, **documented(409)},
    summary="The processes of a shipment", tags=["Processes"],
)  # fmt: skip
async def get_processes(context: Here, id: ShipmentId) -> ProcessStories:  # noqa: A002 - the path says id
    """State, history, next deadline and whom each waits for."""

    def step(tx: Transaction) -> ProcessStories:
        subject = found(tx, id)
        [story] = processes_of(tx, subject, context.processes)
        deadlines = [_deadline(subject, each) for each in story.deadlines]
        return ProcessStories(subject, [_process(each) for each in story.processes], deadlines)

    return await context.store.read(step)


@get("/v1/expectations", scope=Scope.READ, responses=_REFUSALS, summary="Who owes what", tags=["Processes"])
async def list_expectations(
    context: Here,
    who: Annotated[str, Parameter(max_length=100, description="Only of this one.")] = "",
    limit: Annotated[int, Parameter(ge=1, le=1000)] = 100,
) -> Expectations:
    """What is expected, the earliest due first."""
    rows = await context.store.read(lambda tx: tx.instances.expected(who, limit))
    return Expectations(
        [Expectation(row.subject, row.name, _at(row.due_at), row.what, row.who, _at(row.since)) for row in rows]
    )


@post(
    "/v1/shipments/{id:str}/reviews", scope=Scope.WRITE, status_code=201, responses=CHANGE_REFUSALS,
    summary="Decide about a hold", tags=["Processes"],
)  # fmt: skip
async def review(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, id: ShipmentId, data: ReviewRequest,  # noqa: A002 - the path says id
    idempotency_key: Key,
) -> Response[Reviewed]:  # fmt: skip
    """Approve or reject an order that a gate (credit, payment) holds."""
    data = await strictly(request, ReviewRequest)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Reviewed]:
        subject = found(tx, id)
        holds = holds_of(tx, subject)
        if data.gate not in holds:
            there = ", ".join(holds) or "nothing"
            raise ProblemError(409, f"'{data.gate}' does not hold this order; what does: {there}", kind="not-held")
        name = telling.review_id(client.id, subject, data.gate, idempotency_key)
        telling.decide(tx, subject, ReviewDecided(name, data.gate, data.verdict, client.id, data.reason), now)
        return 201, Reviewed(name, subject, list(holds))

    response = await once.run(request, idempotency_key, effect)
    context.store.wake("log")
    return response


@post(
    "/v1/payments", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Say how a payment stands", tags=["Processes"],
)  # fmt: skip
async def report_payment(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, data: PaymentRequest, idempotency_key: Key
) -> Response[PaymentNoted]:
    """For shops and payment providers; kept until its order is here."""
    data = await strictly(request, PaymentRequest)
    amount = Money(int(data.amount.minor), data.amount.currency) if data.amount else None

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, PaymentNoted]:
        body = PaymentReported(client.id, data.transaction, data.state, int(data.sequence), amount)
        names = tuple(Reference(kind, data.order, issuer) for issuer in ("", *context.partners) for kind in _NAMES)
        told = telling.tell(tx, Fact(body, from_epoch_us(now), lookups=names), client.id, now)
        tx.doors.audit(now, client.id, f"payment.{data.state}", data.order, data.transaction)
        return 202, PaymentNoted(list(told))

    response = await once.run(request, idempotency_key, effect)
    context.store.wake("log")
    return response


def _process(each: Standing) -> ProcessResource:
    steps = [StepResource(_at(step.at), step.before, step.after, step.on, step.then) for step in each.history]
    return ProcessResource(
        each.process, each.version, each.stage, each.text, each.waits_for, each.final, _at(each.since), steps
    )


def _deadline(subject: str, each: Deadline) -> Expectation:
    return Expectation(subject, each.name, _at(each.due_at), each.what, each.who, _at(each.since))


def _at(instant: int) -> str:
    return rfc3339(instant) if instant else ""


ROUTES = (list_stages, get_processes, list_expectations, review, report_payment)
