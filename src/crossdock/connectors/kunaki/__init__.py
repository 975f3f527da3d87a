"""Kunaki: what its order status answers, which is no event."""
