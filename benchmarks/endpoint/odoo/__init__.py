"""Crossdock writing to a real Odoo beside the naive way: `python -m benchmarks.endpoint.odoo`."""
