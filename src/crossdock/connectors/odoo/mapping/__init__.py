"""Odoo's records to canonical documents, and canonical commands to Odoo's values; pure."""
