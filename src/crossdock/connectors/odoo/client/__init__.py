"""Talks to Odoo: two dialects, one table of verdicts, the feed's reading and the writes."""
