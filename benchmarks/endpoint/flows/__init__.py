"""The business flows of one configuration on a real Odoo, against books kept apart."""
