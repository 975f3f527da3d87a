"""Carriers through karrio, in a guarded process of its own; off by default."""
