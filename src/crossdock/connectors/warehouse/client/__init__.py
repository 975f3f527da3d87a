"""Talking to a warehouse: its API, or files."""
