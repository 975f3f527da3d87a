"""A transfer done as the warehouse says: quantities and lots set, then validated without any wizard."""

from __future__ import annotations

from typing import Any

from odoo import _
from odoo.exceptions import UserError

from .items import Item, Line

_WITHOUT_WIZARDS = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True, "skip_expired": True}


def find_lot(env: Any, product: int, name: str, company: int) -> Any:
    """The product's lot of that name, of the company or of none; an empty record where there is no such lot."""
    domain = [("product_id", "=", product), ("name", "=", name), ("company_id", "in", [company, False])]
    return env["stock.lot"].search(domain, limit=1)


class Fulfilment:
    """Validates transfers; a class since every series of Odoo finds the user's language in ``self.env``."""

    def __init__(self, env: Any) -> None:
        """``env``: whose rights count."""
        self.env = env

    def fulfil(self, item: Item) -> None:
        """Validate the transfer of ``item``. Moves that its lines do not name are not done; without lines all are done
        as reserved. The rest becomes a backorder or is cancelled, as the item (and the operation type) say.

        Raises UserError where the transfer is closed, a move is not its own, or Odoo still asks something.
        """
        picking = self.env["stock.picking"].browse(item.picking)
        if picking.state in ("done", "cancel"):
            raise UserError(_("Transfer %s is closed already.", picking.name))
        if item.lines:
            self._set_quantities(picking, item.lines)
        context: dict[str, Any] = dict(_WITHOUT_WIZARDS)
        if item.remainder == "cancel":
            context["picking_ids_not_to_backorder"] = picking.ids
        picking.with_company(picking.company_id).with_context(**context).button_validate()
        if picking.state != "done":
            raise UserError(_("Transfer %s could not be validated without asking a person.", picking.name))

    def _set_quantities(self, picking: Any, lines: list[Line]) -> None:
        own = {move.id: move for move in picking.move_ids if move.state not in ("done", "cancel")}
        for line in lines:
            move = own.pop(line.move, None)
            if move is None:
                raise UserError(_("Transfer %(name)s has no open move %(move)s.", name=picking.name, move=line.move))
            if line.lots:
                self._set_lots(move, line)
            else:
                move.quantity = line.quantity
            move.picked = bool(line.quantity)
        for move in own.values():
            move.picked = False

    def _set_lots(self, move: Any, line: Line) -> None:
        """Lines of the move that hold a wanted lot keep their place and package; other lines go, missing lots come."""
        wanted: dict[str, float] = {}
        for lot, quantity in line.lots:
            wanted[lot] = wanted.get(lot, 0.0) + quantity
        commands: list[Any] = []
        for detail in move.move_line_ids:
            wished = wanted.pop(detail.lot_id.name or detail.lot_name or "", None)
            if wished is None:
                commands.append((2, detail.id, 0))
            else:
                commands.append((1, detail.id, {"quantity": wished, "product_uom_id": move.product_uom.id}))
        commands += [(0, 0, self._detail(move, lot, quantity)) for lot, quantity in wanted.items()]
        move.move_line_ids = commands

    def _detail(self, move: Any, lot: str, quantity: float) -> dict[str, Any]:
        """A line for a lot: an existing one by its record, on receipts a new one by name (made on validation)."""
        values = {
            "move_id": move.id,
            "picking_id": move.picking_id.id,
            "product_id": move.product_id.id,
            "product_uom_id": move.product_uom.id,
            "location_id": move.location_id.id,
            "location_dest_id": move.location_dest_id.id,
            "quantity": quantity,
        }
        found = find_lot(self.env, move.product_id.id, lot, move.company_id.id)
        if found:
            return {**values, "lot_id": found.id}
        kind = move.picking_id.picking_type_id
        if kind.code == "incoming" and kind.use_create_lots:
            return {**values, "lot_name": lot}
        raise UserError(_("There is no lot %(lot)s of %(product)s.", lot=lot, product=move.product_id.display_name))
