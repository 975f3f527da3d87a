"""Crossdock, the logistics integration layer around Odoo."""

__version__ = "0.1.0"
