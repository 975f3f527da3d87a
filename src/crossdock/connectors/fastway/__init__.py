"""Fastway: tracking by its Track and Trace API."""
