"""Talks to ShipIT."""
