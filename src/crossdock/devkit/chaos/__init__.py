"""Deterministic simulation: a whole Crossdock and its partners in one process, where a seed decides everything."""
