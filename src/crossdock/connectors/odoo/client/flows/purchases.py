"""Which waiting receipt of which purchase order a message is about: named, or the only one that fits; never a guess."""

from collections.abc import Sequence

from msgspec import Struct

from crossdock.connectors.odoo.client.failures import GONE, Failed
from crossdock.connectors.odoo.client.flows.pickings import Picking, Pickings
from crossdock.connectors.odoo.client.session import identifier
from crossdock.connectors.odoo.mapping.writing import marker_text
from crossdock.model.transfers import AnnounceGoods, ReceiveGoods
from crossdock.ports.verdicts import Explanation, Park

ORDER = "purchase.order"
_NO_ORDER = "Odoo has no purchase order '{order}': correct the number or name the receipt itself, then retry."
_TWO_ORDERS = "More than one purchase order is named '{order}': {found}. Name the receipt itself, then retry."
_DRAFT = "Purchase order {order} is not confirmed in Odoo: confirm it, then retry."
_NOTHING = "Nothing of purchase order {order} waits to be received ({states}): add what came to an order, then retry."
_SEVERAL = "Several receipts of {order} wait and could be meant: {found}. Name the one in the message, then send again."


class Purchase(Struct, frozen=True):
    """What a message is about: all incoming transfers of its purchase order, or the one it names; ``label`` is what
    people call it.
    """

    label: str
    receipts: tuple[Picking, ...]
    state: str = "purchase"
    company: int = 0


class Purchases:
    """Reads purchase orders and their receipts; a stock user may. Every method raises `Failed`."""

    def __init__(self, pickings: Pickings) -> None:
        """Reads through ``pickings``."""
        self._pickings = pickings
        self._session = pickings.session

    async def of(self, body: ReceiveGoods | AnnounceGoods) -> Purchase:
        """The transfers a message may be about: of its order by name, else by id; of its named transfer's otherwise."""
        if not body.purchase_order:
            found = await self._pickings.read([("id", "=", int(body.external_id or 0))])
            if not found:
                raise Failed(Park(Explanation(GONE, f"stock.picking {body.external_id or 'not named'}")))
            after = await self._pickings.read([("backorder_id", "=", found[0].id)])
            return Purchase(found[0].name, (*found, *after))
        wanted = ["name", "state", "picking_ids", "company_id"]
        rows = await self._session.find(ORDER, [("name", "=", body.purchase_order)], wanted)
        if not rows and body.purchase_order.isdecimal():
            rows = await self._session.find(ORDER, [("id", "=", int(body.purchase_order))], wanted)
        if not rows:
            raise Failed(
                Park(Explanation(_NO_ORDER.format(order=body.purchase_order), "purchase.order by name and id"))
            )
        if len(rows) > 1:
            text = ", ".join(f"{row['name']} (id {row['id']})" for row in rows)
            raise Failed(Park(Explanation(_TWO_ORDERS.format(order=body.purchase_order, found=text), text)))
        row = rows[0]
        found = await self._pickings.read([("id", "in", row["picking_ids"])])
        incoming = tuple(each for each in found if each.direction == "incoming")
        return Purchase(str(row["name"]), incoming, str(row["state"]), identifier(row["company_id"]))


def received(purchase: Purchase, marker: str) -> Picking | None:
    """The receipt that was finished under this marker: its moves bear it and are done."""
    for each in purchase.receipts:
        if each.state == "done" and any(
            marker_text(marker) in str(row.get("origin")) and row["state"] == "done" for row in each.moves
        ):
            return each
    return None


def waiting(purchase: Purchase, named: str, products: Sequence[int], lines: Sequence[int]) -> Picking:
    """The one receipt that is meant: named by id, by the ids of its moves, or the only open one with the products.

    Raises `Failed`: Park with the candidates, or saying why there is none.
    """
    if purchase.state in {"draft", "sent", "to approve"}:
        raise Failed(Park(Explanation(_DRAFT.format(order=purchase.label), f"purchase.order is {purchase.state}")))
    open_ = [each for each in purchase.receipts if each.open]
    if named:
        open_ = [each for each in open_ if each.id == int(named)]
    if lines:
        open_ = [each for each in open_ if set(lines) <= {demand.id for demand in each.demands}]
    if not open_:
        states = ", ".join(f"{each.name} {each.state}" for each in purchase.receipts) or "no receipt"
        raise Failed(Park(Explanation(_NOTHING.format(order=purchase.label, states=states), states)))
    fits = [each for each in open_ if set(products) <= {demand.product for demand in each.demands}]
    if len(fits) == 1 or (not fits and len(open_) == 1):
        return (fits or open_)[0]
    text = ", ".join(f"{each.name} (id {each.id})" for each in fits or open_)
    raise Failed(Park(Explanation(_SEVERAL.format(order=purchase.label, found=text), text)))
