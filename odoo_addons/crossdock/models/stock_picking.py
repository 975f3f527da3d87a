"""What the control tower knows, on the transfer."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from odoo import api, fields, models

from .labels import label


class StockPicking(models.Model):
    """Fields are copied neither to backorders nor to returns: those travel on their own."""

    _inherit = "stock.picking"

    crossdock_event_ids = fields.One2many(
        "crossdock.event", "picking_id", "Timeline", readonly=True, groups="crossdock.group_viewer"
    )
    crossdock_milestone = fields.Selection(
        "_choose_crossdock_milestone", "Milestone Code", validate=False, copy=False, readonly=True
    )
    crossdock_milestone_label = fields.Char("Milestone", compute="_compute_crossdock_labels")
    crossdock_milestone_at = fields.Datetime("Milestone Reached", copy=False, readonly=True)
    crossdock_exception = fields.Selection(
        "_choose_crossdock_exception",
        "Exception Code",
        validate=False,
        copy=False,
        readonly=True,
        index="btree_not_null",
    )
    crossdock_exception_label = fields.Char("Delivery Exception", compute="_compute_crossdock_labels")
    crossdock_eta = fields.Datetime("ETA", copy=False, readonly=True, help="Estimated time of arrival")
    crossdock_tour = fields.Char("Tour", copy=False, readonly=True)
    crossdock_tour_sequence = fields.Integer("Stop", copy=False, readonly=True, help="Position in the tour")
    crossdock_vehicle = fields.Char("Vehicle", copy=False, readonly=True)
    crossdock_driver = fields.Char("Driver", copy=False, readonly=True)
    crossdock_slot_from = fields.Datetime("Slot From", copy=False, readonly=True)
    crossdock_slot_to = fields.Datetime("Slot To", copy=False, readonly=True)
    crossdock_signed_by = fields.Char("Received By", copy=False, readonly=True)
    crossdock_delivered_at = fields.Datetime("Delivered", copy=False, readonly=True)
    crossdock_label_id = fields.Many2one(
        "ir.attachment", "Shipping Label", copy=False, readonly=True, ondelete="set null", index="btree_not_null"
    )
    crossdock_marks = fields.Json("Newest Events", copy=False, readonly=True)
    crossdock_has_tower = fields.Boolean(compute="_compute_crossdock_has_tower")
    crossdock_is_reported = fields.Boolean(compute="_compute_crossdock_is_reported", compute_sudo=True)

    @api.depends("crossdock_milestone", "crossdock_exception")
    @api.depends_context("lang")
    def _compute_crossdock_labels(self) -> None:
        reached, failing = self.env["crossdock.labels"]._milestones(), self.env["crossdock.labels"]._exceptions()
        for picking in self:
            picking.crossdock_milestone_label = label(reached, picking.crossdock_milestone)
            picking.crossdock_exception_label = label(failing, picking.crossdock_exception)

    @api.depends("crossdock_event_ids")
    def _compute_crossdock_is_reported(self) -> None:
        for picking in self:
            picking.crossdock_is_reported = bool(picking.crossdock_event_ids)

    def _compute_crossdock_has_tower(self) -> None:
        self.crossdock_has_tower = bool(self._crossdock_tower())

    def action_crossdock_tower(self) -> dict[str, Any]:
        """Open this transfer in the control tower, in a new tab."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"{self._crossdock_tower()}/orders?q={quote(self.name or '', safe='')}",
            "target": "new",
        }

    def action_crossdock_label(self) -> dict[str, Any]:
        """Open the shipping label itself, in a new tab, for printing."""
        self.ensure_one()
        label_id, name = self.crossdock_label_id.id, self.crossdock_label_id.name or ""
        url = f"/web/content/{label_id}/{quote(name, safe='')}"
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    @api.model
    def _choose_crossdock_milestone(self) -> list[tuple[str, str]]:
        return list(self.env["crossdock.labels"]._milestones().items())

    @api.model
    def _choose_crossdock_exception(self) -> list[tuple[str, str]]:
        return list(self.env["crossdock.labels"]._exceptions().items())

    @api.model
    def _crossdock_tower(self) -> str:
        """The tower's address without a slash at the end; anything but a web address counts as none."""
        url = self.env["ir.config_parameter"].sudo().get_param("crossdock.tower_url") or ""
        return url.rstrip("/") if url.startswith(("http://", "https://")) else ""
