"""Where the goods of a sale are, from its transfers."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

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
    crossdock_eta = fields.Datetime(
        "Delivery ETA", compute="_compute_crossdock", help="The latest of the deliveries that are still to arrive"
    )
    crossdock_label_ids = fields.Many2many(
        "ir.attachment", string="Shipping Labels", compute="_compute_crossdock_labels"
    )
    crossdock_is_reported = fields.Boolean(compute="_compute_crossdock_is_reported", compute_sudo=True)
    crossdock_event_ids = fields.Many2many(
        "crossdock.event", string="Timeline", compute="_compute_crossdock_events", groups="crossdock.group_viewer"
    )

    @api.depends(
        "picking_ids.crossdock_milestone",
        "picking_ids.crossdock_exception",
        "picking_ids.crossdock_eta",
        "picking_ids.crossdock_delivered_at",
        "picking_ids.state",
    )
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
            order.crossdock_eta = max(order._crossdock_expected(), default=False)

    def _crossdock_expected(self) -> list[datetime]:
        """The ETAs of the deliveries that are still to arrive."""
        coming = self.picking_ids.filtered(
            lambda picking: picking.crossdock_eta and not picking.crossdock_delivered_at and picking.state != "cancel"
        )
        return coming.mapped("crossdock_eta")

    @api.depends("picking_ids.crossdock_label_id")
    def _compute_crossdock_labels(self) -> None:
        for order in self:
            order.crossdock_label_ids = order.picking_ids.crossdock_label_id

    @api.depends("picking_ids.crossdock_event_ids")
    def _compute_crossdock_is_reported(self) -> None:
        for order in self:
            order.crossdock_is_reported = bool(order.picking_ids.crossdock_event_ids)

    @api.depends("picking_ids.crossdock_event_ids")
    def _compute_crossdock_events(self) -> None:
        for order in self:
            order.crossdock_event_ids = order.picking_ids.crossdock_event_ids.sorted()
