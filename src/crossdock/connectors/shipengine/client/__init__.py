"""Talks to ShipEngine."""
