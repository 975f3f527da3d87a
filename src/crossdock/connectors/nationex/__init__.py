"""Nationex: tracking by its API."""
