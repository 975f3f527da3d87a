"""Veho: tracking by its API."""
