"""Benchmarks against a real partner of yours: one package each."""
