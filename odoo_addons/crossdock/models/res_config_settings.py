"""The addon's settings, kept as system parameters that only administrators read."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Where the control tower is, where hints go, and how much is said in the chatter."""

    _inherit = "res.config.settings"

    crossdock_tower_url = fields.Char("Control Tower", config_parameter="crossdock.tower_url")
    crossdock_push_url = fields.Char("Push Address", config_parameter="crossdock.push_url")
    crossdock_push_secret = fields.Char("Push Secret", config_parameter="crossdock.push_secret")
    crossdock_notes = fields.Selection(
        [("all", "Every event"), ("noteworthy", "Only what needs attention"), ("none", "None")],
        "Notes on Transfers",
        config_parameter="crossdock.notes",
        default="all",
    )
