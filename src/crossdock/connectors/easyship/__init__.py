"""Easyship: tracking by its API and its webhooks."""
