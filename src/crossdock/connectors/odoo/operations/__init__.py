"""What people run by hand: `crossdock odoo …` (set-up, keys, webhooks, doctor)."""
