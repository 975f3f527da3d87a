"""Purolator: tracking by its web service."""
