"""Teleship: tracking answers and webhook events."""
