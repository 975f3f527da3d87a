"""What Odoo calls when the addon goes."""

from typing import Any


def uninstall_hook(env: Any) -> None:
    """Take the settings along, the secret above all; tables, fields and views Odoo removes itself."""
    env["ir.config_parameter"].sudo().search([("key", "=like", "crossdock.%")]).unlink()
