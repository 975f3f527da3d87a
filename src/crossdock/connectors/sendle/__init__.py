"""Sendle: tracking answers and webhook events."""
