"""What logistics partners said about a transfer: the timeline, and the one method through which it is filled."""

from __future__ import annotations

from typing import Any

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..apply.batch import Batch
from .labels import label

MOST_EVENTS = 1000
"""Items in one call: above a few hundred they only get slower, and a call should end within a second or so."""


class CrossdockEvent(models.Model):
    """One event of a partner. Rows are written once and never changed."""

    _name = "crossdock.event"
    _description = "Crossdock Event"
    _order = "occurred_at desc, rank desc, id desc"
    _rec_name = "event_key"

    event_key = fields.Char("Key", required=True, readonly=True, size=64, help="The sender's id of the event")
    picking_id = fields.Many2one("stock.picking", "Transfer", readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", "Company", readonly=True, index=True)
    kind = fields.Selection("_choose_kind", "Kind", validate=False, required=True, readonly=True)
    milestone = fields.Selection("_choose_milestone", "Milestone Code", validate=False, readonly=True)
    milestone_label = fields.Char("Milestone", compute="_compute_labels")
    what = fields.Char("What Happened", compute="_compute_labels")
    exception = fields.Selection("_choose_exception", "Exception Code", validate=False, readonly=True)
    exception_label = fields.Char("Exception", compute="_compute_labels")
    reason = fields.Char("Reason", readonly=True)
    occurred_at = fields.Datetime("Occurred", required=True, readonly=True)
    occurred_text = fields.Char("Occurred (Partner's Words)", readonly=True)
    rank = fields.Integer("Rank", readonly=True, help="Decides between two events of the same instant")
    text = fields.Text("Message", readonly=True)
    tracking = fields.Char("Tracking", readonly=True)
    data = fields.Json("Details", readonly=True)

    # Odoo 19 passes over _sql_constraints in silence, 18 does not know models.Constraint.
    if hasattr(models, "Constraint"):
        _event_key_unique = models.Constraint("UNIQUE (event_key)", "This event is known already.")
    else:
        _sql_constraints = [("event_key_unique", "UNIQUE (event_key)", "This event is known already.")]

    @api.depends("kind", "milestone", "exception")
    @api.depends_context("lang")
    def _compute_labels(self) -> None:
        texts = self.env["crossdock.labels"]
        reached, failing, kinds = texts._milestones(), texts._exceptions(), texts._kinds()
        for event in self:
            event.milestone_label = label(reached, event.milestone)
            event.exception_label = label(failing, event.exception)
            told = filter(None, (event.milestone_label, event.exception_label))
            event.what = " · ".join(told) or label(kinds, event.kind)

    @api.depends("picking_id", "kind", "milestone", "exception")
    @api.depends_context("lang")
    def _compute_display_name(self) -> None:
        for event in self:
            event.display_name = ": ".join(filter(None, (event.picking_id.sudo().name, event.what)))

    @api.model
    def _choose_kind(self) -> list[tuple[str, str]]:
        return list(self.env["crossdock.labels"]._kinds().items())

    @api.model
    def _choose_milestone(self) -> list[tuple[str, str]]:
        return list(self.env["crossdock.labels"]._milestones().items())

    @api.model
    def _choose_exception(self) -> list[tuple[str, str]]:
        return list(self.env["crossdock.labels"]._exceptions().items())

    @api.model
    def apply(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Write what partners said onto transfers: one call, one transaction, each event once.

        :param events: at most 1000 items; see the addon's USAGE for their keys
        :returns: for each item, in the same order, ``{"id", "result", "record"?, "error"?}`` where result is applied,
            duplicate (known before, nothing done), stale (kept in the timeline, fields already newer) or error
        :raises AccessError: the user is not in the group Crossdock / Integration
        :raises UserError: more items than a call may have
        """
        self._check_integration()
        if not isinstance(events, list):
            raise UserError(_("events must be a list."))
        if len(events) > MOST_EVENTS:
            raise UserError(_("At most %s events in one call.", MOST_EVENTS))
        notes = self.env["ir.config_parameter"].sudo().get_param("crossdock.notes") or "all"
        return Batch(self._of_all_companies().env, notes).run(events)

    @api.model
    def _of_all_companies(self) -> CrossdockEvent:
        """With all companies of the user, its own first, unless the caller chose: over RPC Odoo knows only one."""
        companies = self.env.user._get_company_ids()
        if "allowed_company_ids" in self.env.context or len(companies) < 2:
            return self
        own = self.env.user.company_id.id
        return self.with_context(allowed_company_ids=[own, *(id_ for id_ in companies if id_ != own)])

    @api.model
    def _check_integration(self) -> None:
        if not (self.env.su or self.env.user.has_group("crossdock.group_integration")):
            raise AccessError(_("This needs the group Crossdock / Integration."))
