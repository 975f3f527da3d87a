"""/v1/shipments/{id}/choices: why a carrier was chosen, and what was decided in outages."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import Parameter
from msgspec import Struct

from crossdock.api.etags import tagged
from crossdock.api.problems import Fault, ProblemError, documented
from crossdock.api.provided import Here
from crossdock.api.resources import at
from crossdock.ports.policy import Scope
from crossdock.ports.stores import Transaction
from crossdock.views.choices import ChoiceLine, OfferLine, choices_of, diversions_of
from crossdock.views.timeline import Ambiguous, resolve

Id = Annotated[str, Parameter(max_length=300, description="Canonical id, or any reference that names one shipment.")]


class Choice(Struct, frozen=True):
    """One decision for one package: what was taken, by which rule, and every offer with what became of it."""

    package_id: str
    decided_at: str
    partner: str
    carrier: str
    service: str
    rule: str
    offers: tuple[OfferLine, ...]
    event_id: str


class Diverted(Struct, frozen=True):
    """What was decided about a booking that its carrier did not take."""

    package_id: str
    decided_at: str
    partner: str
    action: str
    reason: str
    to_partner: str


class Choices(Struct, frozen=True):
    """All decisions about one delivery order, oldest first."""

    id: str
    choices: list[Choice]
    diversions: list[Diverted]


def found(tx: Transaction, reference: str) -> str:
    """The one subject ``reference`` names. Raises `ProblemError` (404, 409)."""
    try:
        subject = resolve(tx, reference)
    except Ambiguous as error:
        faults = [Fault(each, parameter="id") for each in error.subjects]
        raise ProblemError(409, str(error), *faults, kind="ambiguous-reference") from None
    if subject is None:
        raise ProblemError(404, f"no shipment is known as '{reference}'")
    return subject


@get(
    "/v1/shipments/{id:str}/choices",
    scope=Scope.READ,
    responses=documented(400, 401, 403, 404, 409, 503),
    summary="Why a carrier was chosen",
    tags=["Shipments"],
)
async def get_choices(request: Request[Any, Any, Any], context: Here, id: Id) -> Response[Choices]:  # noqa: A002 - the path says id
    """Every offer, the one that was taken and by which rule, and what left the others out."""

    def step(tx: Transaction) -> Choices:
        subject = found(tx, id)
        events = tx.log.of_subject(subject)
        diverted = [
            Diverted(each.package_id, at(each.decided_at), each.partner, each.action, each.reason, each.to_partner)
            for each in diversions_of(events)
        ]
        return Choices(subject, [_choice(each) for each in choices_of(events)], diverted)

    return tagged(request, await context.store.read(step))


def _choice(line: ChoiceLine) -> Choice:
    taken = (line.partner, line.carrier, line.service)
    return Choice(line.package_id, at(line.decided_at), *taken, line.rule, line.offers, line.event_key)


ROUTES = (get_choices,)
