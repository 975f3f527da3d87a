"""Landmark Global: tracking by its API."""
