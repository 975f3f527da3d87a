"""Asendia: Asendia Sync."""
