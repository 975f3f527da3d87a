"""Sendcloud: prices, labels, returns, pickups and tracking of European carriers through one account (API v3)."""
