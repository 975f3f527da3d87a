"""/v1/availability: what can be promised of an item, from what warehouses last said."""

from decimal import Decimal
from typing import Annotated

from litestar import get
from litestar.params import Parameter
from msgspec import Struct

from crossdock.api.problems import ProblemError, documented
from crossdock.api.provided import Here
from crossdock.model.instants import rfc3339
from crossdock.ports.policy import Scope
from crossdock.views import availability as views

_SECOND = 1_000_000
TOO_OLD = "stock-too-old"


class LocationStock(Struct, frozen=True):
    """What one warehouse said. ``as_of`` is when it last told its stock, ``changed_at`` the last count or damage
    behind that; quantities are in ``unit`` (UN/ECE Rec 20).
    """

    location: str
    partner: str
    on_hand: Decimal
    available: Decimal
    reserved: Decimal
    blocked: Decimal
    unit: str
    as_of: str
    changed_at: str
    age_seconds: int
    stale: bool


class Availability(Struct, frozen=True):
    """What can be promised at all warehouses together; ``as_of`` and ``age_seconds`` are those of the oldest word."""

    sku: str
    available: Decimal
    unit: str
    as_of: str
    age_seconds: int
    stale: bool
    locations: list[LocationStock]


@get(
    "/v1/availability",
    scope=Scope.READ,
    responses=documented(400, 401, 403, 404, 503),
    summary="What can be promised of an item",
    tags=["Stock"],
)
async def get_availability(
    context: Here,
    sku: Annotated[str, Parameter(min_length=1, max_length=200, description="Our stock code.")],
    location: Annotated[str, Parameter(max_length=200, description="Only this warehouse, by its code.")] = "",
) -> Availability:
    """Stock as warehouses last reported it, less damage and counts since; no warehouse is called for it."""
    now, freshness = context.clock.now(), context.freshness
    try:
        found = await context.store.read(lambda tx: views.availability_of(tx, sku, now, freshness, location))
    except views.TooOld as problem:
        raise ProblemError(503, str(problem), kind=TOO_OLD) from None
    if found is None:
        raise ProblemError(404, f"no warehouse has told its stock of '{sku}'")
    return resource(found)


def resource(found: views.Availability) -> Availability:
    """As callers see it."""
    return Availability(
        found.sku, found.available, found.unit, rfc3339(found.as_of), found.age // _SECOND, found.stale,
        [
            LocationStock(
                each.location, each.partner, each.on_hand, each.available, each.reserved, each.blocked, each.unit,
                rfc3339(each.as_of), rfc3339(each.changed_at), each.age // _SECOND, each.stale,
            )
            for each in found.locations
        ],
    )  # fmt: skip


ROUTES = (get_availability,)
