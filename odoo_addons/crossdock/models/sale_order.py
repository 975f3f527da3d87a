"""Where the goods of a sale are, from its transfers."""

from __future__ import annotations

from collections import Counter

from odoo import api, fields, models


class SaleOrder(models.Model):
    """Nothing is stored here: the transfers know."""

    _inherit = "sale.order"

    crossdock_milestone = fields.Char(
        "Shipping Progress",
        compute="_compute_crossdock",
        help="The milestone of the deliveries, with their number where they differ",
    )
    crossdock_exception = fields.Char("Delivery Exception", compute="_compute_crossdock")
    crossdock_event_ids = fields.Many2many(
        "crossdock.event", string="Timeline", compute="_compute_crossdock_events", groups="crossdock.group_viewer"
    )

    @api.depends("picking_ids.crossdock_milestone", "picking_ids.crossdock_exception", "picking_ids.state")
    @api.depends_context("lang")
    def _compute_crossdock(self) -> None:
        for order in self:
            known = order.picking_ids.filtered(
                lambda picking: picking.crossdock_milestone and picking.state != "cancel"
            )
            reached = Counter(picking.crossdock_milestone_label for picking in known)
            texts = list(reached) if len(reached) < 2 else [f"{text} ({count})" for text, count in reached.items()]
            failing = order.picking_ids.filtered("crossdock_exception").mapped("crossdock_exception_label")
            order.crossdock_milestone = ", ".join(texts) or False
            order.crossdock_exception = ", ".join(dict.fromkeys(failing)) or False

    @api.depends("picking_ids.crossdock_event_ids")
    def _compute_crossdock_events(self) -> None:
        for order in self:
            order.crossdock_event_ids = order.picking_ids.crossdock_event_ids.sorted()
