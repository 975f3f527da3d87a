"""Stamps.com: tracking by its web service (SWS/IM)."""
