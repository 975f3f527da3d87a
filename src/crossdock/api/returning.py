"""/v1/shipments/{id}/return-requests, /return-receipts, /return-refusals and /redeliveries: what customers and people
say of goods that come back and of parcels that could not be delivered. Each is a job like any other (`jobs`).
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from litestar import Request, Response, post
from msgspec import Meta, Struct

from crossdock.api.bodies import strictly
from crossdock.api.idempotency import Key
from crossdock.api.jobs import Id, Job, ask
from crossdock.api.problems import Fault, ProblemError
from crossdock.api.provided import Here
from crossdock.api.words import CHANGE_REFUSALS, Why
from crossdock.model.desk import ReceiveReturn, Redeliver, RefuseReturn, ReturnGoods
from crossdock.model.item import Item
from crossdock.model.transfers import MovedLine
from crossdock.model.warehouse import ReceivedLine
from crossdock.ports.policy import Scope

_TAG = ["Returns"]
Sku = Annotated[str, Meta(min_length=1, max_length=100)]
Text = Annotated[str, Meta(max_length=200)]


class ReturnLine(Struct, frozen=True, forbid_unknown_fields=True):
    """How much of one SKU."""

    sku: Sku
    quantity: Decimal


class InspectedLine(Struct, frozen=True, forbid_unknown_fields=True):
    """How much of one SKU came, and how much of that is damaged."""

    sku: Sku
    quantity: Decimal
    damaged: Decimal = Decimal(0)


class GoodsReturnRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A customer wants to send ``lines`` back (none: everything); ``said`` is why, in the words of ``source``."""

    reason: Why
    lines: tuple[ReturnLine, ...] = ()
    said: Text = ""
    source: Text = "desk"


class ReturnReceiptRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What came back and in what condition; ``receipt`` is its number and counts once."""

    reason: Why
    receipt: Annotated[str, Meta(min_length=1, max_length=100)]
    lines: Annotated[tuple[InspectedLine, ...], Meta(min_length=1)]
    final: bool = True


class ReturnRefusalRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing of what is open is taken back; ``goods`` says where they are to be."""

    reason: Why
    goods: Literal["none", "back", "kept"] = "none"


class RedeliveryRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What the customer wants done with a parcel that could not be delivered; without a tracking number with all that
    wait.
    """

    reason: Why
    choice: Literal["again", "collect", "return"]
    tracking_number: Text = ""
    day: Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    place: Text = ""


@post(
    "/v1/shipments/{id:str}/return-requests", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Goods are to come back", tags=_TAG,
)  # fmt: skip
async def request_return(
    request: Request[Any, Any, Any], context: Here, id: Id, data: GoodsReturnRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Job]:  # fmt: skip
    """201: it is written down; what follows is seen of the order."""
    data = await strictly(request, GoodsReturnRequest)
    lines = tuple(MovedLine(Item(each.sku), _positive(each.quantity)) for each in data.lines)
    return await ask(request, context, id, ReturnGoods(lines, data.said, data.source), data.reason, idempotency_key)


@post(
    "/v1/shipments/{id:str}/return-receipts", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Goods came back", tags=_TAG,
)  # fmt: skip
async def receive_return(
    request: Request[Any, Any, Any], context: Here, id: Id, data: ReturnReceiptRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Job]:  # fmt: skip
    """201: it is written down; what follows is seen of the order."""
    data = await strictly(request, ReturnReceiptRequest)
    lines = tuple(
        ReceivedLine(Item(each.sku), _positive(each.quantity), damaged=_within(each.damaged, each.quantity))
        for each in data.lines
    )
    return await ask(request, context, id, ReceiveReturn(data.receipt, lines, data.final), data.reason, idempotency_key)


@post(
    "/v1/shipments/{id:str}/return-refusals", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Goods are not taken back", tags=_TAG,
)  # fmt: skip
async def refuse_return(
    request: Request[Any, Any, Any], context: Here, id: Id, data: ReturnRefusalRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Job]:  # fmt: skip
    """201: it is written down; what follows is seen of the order."""
    data = await strictly(request, ReturnRefusalRequest)
    return await ask(request, context, id, RefuseReturn(data.goods), data.reason, idempotency_key)


@post(
    "/v1/shipments/{id:str}/redeliveries", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="What is to happen with a parcel that could not be delivered", tags=_TAG,
)  # fmt: skip
async def redeliver(
    request: Request[Any, Any, Any], context: Here, id: Id, data: RedeliveryRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Job]:  # fmt: skip
    """201: it is written down; what follows is seen of the order."""
    data = await strictly(request, RedeliveryRequest)
    wanted = Redeliver(data.choice, data.tracking_number, data.day, data.place)
    return await ask(request, context, id, wanted, data.reason, idempotency_key)


def _positive(quantity: Decimal) -> Decimal:
    return _within(quantity, quantity, least=Decimal("0.000001"))


def _within(quantity: Decimal, most: Decimal, least: Decimal = Decimal(0)) -> Decimal:
    if quantity.is_finite() and least <= quantity <= most:
        return quantity
    told = "quantities are above 0, and no more can be damaged than came"
    raise ProblemError(409, told, Fault(told, pointer="/lines"), kind="unanswerable")


ROUTES = (request_return, receive_return, refuse_return, redeliver)
