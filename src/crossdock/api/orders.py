"""/v1/orders: the door for shops, portals and marketplaces. The same order twice is one order.

An order is written down before it is answered, and entered into the system of record when that can be reached.
"""

from typing import Annotated, Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import Parameter
from msgspec import Struct

from crossdock.api.bodies import strictly
from crossdock.api.idempotency import Key, Once
from crossdock.api.order_bodies import OrderRequest, order_from
from crossdock.api.problems import Fault, ProblemError, documented
from crossdock.api.provided import Here
from crossdock.api.resources import at
from crossdock.api.words import CHANGE_REFUSALS
from crossdock.backbone.ordering import DoorPolicy, Taken, take_in
from crossdock.model.channel_orders import problems_with
from crossdock.model.identifiers import channel_order_id
from crossdock.ports.policy import Client, Scope
from crossdock.ports.stores import Transaction
from crossdock.views.orders import OrderProblem, OrderView, order_of

_TAGS = ["Orders"]
Channel = Annotated[str, Parameter(max_length=40, description="Where it was placed.")]
Reference = Annotated[str, Parameter(description="Its number there.")]


class OrderWindow(Struct, frozen=True):
    """The delivery slot an order has, in local time."""

    area: str
    day: str
    slot: str
    opens: str
    closes: str


class PlacedOrder(Struct, frozen=True):
    """An order and how far it is: placed, rejected (see ``problems``), entering, entered, amending, attention.
    ``number`` is what the system of record calls it, once it has it.
    """

    id: str
    channel: str
    reference: str
    revision: int
    state: str
    placed_at: str
    system: str
    number: str
    external_id: str
    window: OrderWindow | None
    problems: tuple[OrderProblem, ...]


@post(
    "/v1/orders", scope=Scope.ORDERS, status_code=202, responses=CHANGE_REFUSALS, summary="Place an order", tags=_TAGS
)
async def place_order(
    request: Request[Any, Any, Any], context: Here, once: Once, data: OrderRequest, idempotency_key: Key
) -> Response[PlacedOrder]:
    """202: it is kept, and is entered once whoever sends it how often (200 where it was here before). ``problems`` are
    what has to be put right first. 409 where the reference stands for an order with another content.
    """
    data = await strictly(request, OrderRequest)
    policy, order = _policy(context.ordering), order_from(data)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, Struct]:
        try:
            receipt = take_in(tx, order, client.id, now, policy)
        except Taken as taken:
            faults = [Fault("differs from the order there is", pointer=each) for each in taken.places]
            raise ProblemError(409, str(taken), *faults, kind="reference-taken") from None
        shown = order_of(tx, order.subject)
        if shown is None:
            raise ProblemError(500, "the order that was just kept is not there")
        found = problems_with(receipt.placement, policy.checks) if receipt.fresh else []
        foreseen = tuple(OrderProblem(each.kind, each.pointer, each.text) for each in found)
        return 202 if receipt.fresh else 200, _resource(shown, foreseen)

    answer = await once.run(request, idempotency_key, effect)
    context.store.wake("log")
    answer.headers["location"] = f"/v1/orders/{order.channel}/{quote(order.reference)}"
    return answer


@get(
    "/v1/orders/{channel:str}/{reference:path}", scope=Scope.ORDERS, responses=documented(400, 401, 403, 404, 503),
    summary="How far an order is", tags=_TAGS,
)  # fmt: skip
async def get_order(context: Here, channel: Channel, reference: Reference) -> Response[PlacedOrder]:
    """Its state, what the system of record calls it, and what stands against it."""
    subject = channel_order_id(channel, reference.removeprefix("/"))
    found = await context.store.read(lambda tx: order_of(tx, subject))
    if found is None:
        raise ProblemError(404, f"{channel} has placed no order with this reference")
    return Response(_resource(found), headers={"cache-control": "no-store"})


def _policy(policy: DoorPolicy | None) -> DoorPolicy:
    if policy is None:
        raise ProblemError(404, "no orders are taken here: processes.order_intake is not configured", kind="no-door")
    return policy


def _resource(view: OrderView, foreseen: tuple[OrderProblem, ...] = ()) -> PlacedOrder:
    slot = view.slot
    window = OrderWindow(slot.area, slot.day, slot.name, slot.opens, slot.closes) if slot else None
    return PlacedOrder(
        view.subject, view.channel, view.reference, view.revision, view.state, at(view.placed_at), view.system,
        view.number, view.external_id, window, view.problems or foreseen,
    )  # fmt: skip


ROUTES = (place_order, get_order)
