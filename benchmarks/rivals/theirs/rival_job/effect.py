"""The effect: one row."""

import json

from odoo import fields, models


class Effect(models.Model):
    """What the other rivals write by SQL."""

    _name = "rival.effect"
    _description = "Effect"
    _log_access = False

    delivery_id = fields.Char(required=True)
    code = fields.Char(required=True)
    status = fields.Char(required=True)
    at = fields.Float(digits=(16, 6))

    def apply(self, body: str) -> None:
        """Write the row."""
        event = json.loads(body)
        package = event["result"]
        self.env.cr.execute(
            "INSERT INTO rival_effect (delivery_id, code, status, at)"
            " VALUES (%s, %s, %s, extract(epoch FROM clock_timestamp()))",
            (event["id"], package["tracking_code"], package["status"]),
        )
