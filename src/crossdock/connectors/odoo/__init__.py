"""Odoo 17 to 20 as the system of record: outgoing transfers in, labels, references, milestones and proofs back."""
