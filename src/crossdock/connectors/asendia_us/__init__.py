"""Asendia USA: tracking by its API."""
