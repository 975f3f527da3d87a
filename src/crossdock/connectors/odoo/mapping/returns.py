"""How much of which move comes back; pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.mapping.anchors import record_id
from crossdock.connectors.odoo.mapping.completion import DoesNotFit, Move, Moved
from crossdock.connectors.odoo.mapping.sales import plain

_NOTHING = Decimal(0)


class Returned(Struct, frozen=True):
    """A move that brings goods of the move ``origin`` back, in the transfer ``picking``: done or still to come."""

    picking: int
    origin: int
    quantity: Decimal


def returned_of(row: Mapping[str, Any]) -> Returned:
    """One from its row of stock.move: what came, or is to come while it is open."""
    quantity = row["quantity"] if row["state"] == "done" else row["product_uom_qty"]
    origin = record_id(row["origin_returned_move_id"])
    return Returned(record_id(row["picking_id"]), origin, Decimal(str(quantity)))


def shares(moves: Sequence[Move], lines: Sequence[Moved], returned: Sequence[Returned]) -> dict[int, Decimal]:
    """Move to quantity that comes back of it: where a line names its move there, else of the product's moves in order.

    Raises `DoesNotFit` for more than was moved less what is ``returned``.
    """
    out = {move.id: move.quantity for move in moves}
    for each in returned:
        if each.origin in out:
            out[each.origin] -= each.quantity
    back: dict[int, Decimal] = {}
    for line in sorted(lines, key=lambda each: not each.move):
        fits = [move for move in moves if (move.id == line.move if line.move else move.product == line.product)]
        fits = [move for move in fits if move.unit == line.unit]
        possible = sum((max(out[move.id], _NOTHING) for move in fits), _NOTHING)
        left = line.quantity
        for move in fits:
            share = min(left, out[move.id])
            if share > 0:
                out[move.id] -= share
                back[move.id] = back.get(move.id, _NOTHING) + share
                left -= share
        if left > 0:
            raise DoesNotFit(f"{plain(line.quantity)} of {line.label}, {plain(possible)} are still out")
    return back


def brought_by(picking: int, returned: Sequence[Returned]) -> dict[int, Decimal]:
    """What one return brings back of each move."""
    back: dict[int, Decimal] = {}
    for each in returned:
        if each.picking == picking:
            back[each.origin] = back.get(each.origin, _NOTHING) + each.quantity
    return back
