"""/v1/shipments/{id}/references: a name that a person gives an order, so that what waits for it finds its way."""

from typing import Annotated, Any, Literal

from litestar import Request, Response, post
from msgspec import Meta, Struct

from crossdock.api.bodies import strictly
from crossdock.api.idempotency import Key
from crossdock.api.jobs import Id
from crossdock.api.problems import Fault, ProblemError
from crossdock.api.provided import Here, OnceOnly
from crossdock.api.words import CHANGE_REFUSALS, Why
from crossdock.backbone.linking import Linking, NoSuchOrder, Unlinkable, link
from crossdock.ports.policy import Client, Scope
from crossdock.ports.stores import Transaction
from crossdock.views.linking import named, proposal


class LinkRequest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which name. Without a ``kind`` it is the only one so written that something waits for, else a tracking number;
    an invoice line (``freight_charge``) is written ``INVOICE/LINE`` and has its carrier as ``issuer``.
    A dry run changes nothing.
    """

    value: Annotated[str, Meta(min_length=1, max_length=300)]
    reason: Why
    kind: Literal["", "tracking_number", "booking_reference", "consignment_id", "sscc", "freight_charge"] = ""
    issuer: Annotated[str, Meta(max_length=40)] = ""
    dry_run: bool = False


class LinkedReference(Struct, frozen=True):
    """A name, whose it is, and what was set free by it: messages that waited, in words."""

    shipment_id: str
    kind: str
    value: str
    issuer: str
    count: int
    freed: list[str]
    dry_run: bool


@post(
    "/v1/shipments/{id:str}/references", scope=Scope.WRITE, status_code=200, responses=CHANGE_REFUSALS,
    summary="Link a number to an order", tags=["Shipments"],
)  # fmt: skip
async def link_reference(
    request: Request[Any, Any, Any], context: Here, once: OnceOnly, id: Id, data: LinkRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[LinkedReference]:  # fmt: skip
    """It holds like a name that a partner said: what waits for it, and what comes under it, is the order's. Freight
    charges that no shipment matched are no exceptions any more.
    """
    data = await strictly(request, LinkRequest)

    def effect(tx: Transaction, client: Client, now: int) -> tuple[int, LinkedReference]:
        try:
            found = proposal(tx, named(tx, data.value, data.kind, data.issuer), id)
            if not data.dry_run:
                link(tx, Linking(found.reference, found.subject, client.id, data.reason), now)
        except NoSuchOrder as why:
            raise ProblemError(404, str(why)) from None
        except Unlinkable as why:
            raise ProblemError(409, str(why), Fault(str(why), pointer="/value"), kind="unanswerable") from None
        name = found.reference
        freed = [each.said.title for each in found.waiting]
        return 200, LinkedReference(
            found.subject, name.kind, name.value, name.issuer, found.count, freed, data.dry_run
        )  # fmt: skip

    answer = await once.run(request, idempotency_key, effect)
    context.store.wake("log")
    return answer


ROUTES = (link_reference,)
"""For `crossdock.api.app`."""
