"""Where the groups stand on a user's form: without a place there, only developer mode would show them."""

from __future__ import annotations

from odoo import api, models


class ResGroups(models.Model):
    """Odoo 19 files groups under a privilege, earlier series under a category."""

    _inherit = "res.groups"

    @api.model
    def _crossdock_file(self) -> None:
        """Show both groups as one choice named Crossdock, beside Inventory; called whenever the data is loaded."""
        groups = self.env.ref("crossdock.group_viewer") + self.env.ref("crossdock.group_integration")
        inventory = self.env.ref("stock.group_stock_user")
        if "privilege_id" in self._fields:
            place = {"name": "Crossdock", "category_id": inventory.privilege_id.category_id.id, "sequence": 90}
            record = {"xml_id": "crossdock.privilege", "values": place, "noupdate": False}
            groups.privilege_id = self.env["res.groups.privilege"]._load_records([record], update=True)
        else:
            place = {"name": "Crossdock", "parent_id": inventory.category_id.parent_id.id, "sequence": 90}
            record = {"xml_id": "crossdock.category", "values": place, "noupdate": False}
            groups.category_id = self.env["ir.module.category"]._load_records([record], update=True)
