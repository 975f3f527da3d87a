"""Stock counted or corrected by the warehouse, through inventory adjustments as people make them."""

from __future__ import annotations

from typing import Any

from odoo import _
from odoo.exceptions import MissingError, UserError

from .fulfil import find_lot
from .items import Count, Item


class Stocktake:
    """Adjusts stock; a class since every series of Odoo finds the user's language in ``self.env``."""

    def __init__(self, env: Any) -> None:
        """``env``: whose rights count."""
        self.env = env

    def adjust(self, item: Item) -> None:
        """Apply every row of ``item``; raises UserError where Odoo asks instead of applying."""
        name = item.text or item.reason or item.key
        quants = self.env["stock.quant"].with_context(inventory_mode=True, inventory_name=name)
        for row in item.stock:
            self._apply(quants, row)

    def _apply(self, quants: Any, row: Count) -> None:
        product = self.env["product.product"].browse(row.product).exists()
        location = self.env["stock.location"].browse(row.location).exists()
        if not (product and location):
            raise MissingError(_("The product or the location does not exist."))
        lot = self._lot(row, location.company_id or self.env.company)
        quantity = row.quantity
        if row.mode == "change":
            quantity += sum(quants.search(self._place(row, lot)).mapped("quantity"))
        values = {"product_id": row.product, "location_id": row.location, "inventory_quantity": quantity}
        quant = quants.create([{**values, "lot_id": lot.id} if lot else values])
        if quant.with_context(**quants.env.context).action_apply_inventory():
            raise UserError(_("Odoo asks a person before it adjusts %s.", product.display_name))

    def _place(self, row: Count, lot: Any) -> list[Any]:
        """The quants Odoo counts here: strictly this place and lot, neither packed nor owned by others."""
        return [
            ("product_id", "=", row.product),
            ("location_id", "=", row.location),
            ("lot_id", "=", lot.id if lot else False),
            ("package_id", "=", False),
            ("owner_id", "=", False),
        ]

    def _lot(self, row: Count, company: Any) -> Any:
        if not row.lot:
            return None
        found = find_lot(self.env, row.product, row.lot, company.id)
        values = {"name": row.lot, "product_id": row.product, "company_id": company.id}
        return found or self.env["stock.lot"].create([values])
