"""Orders driven through every step on a real Odoo, against books kept apart: `python -m benchmarks.endpoint.ledger`."""
