"""Meest: tracking answers of its XML service and of its JSON API."""
