"""Roadie: tracking by its API and its webhooks."""
