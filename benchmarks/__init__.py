"""Benchmarks: local ones measure one machine; results are checked in under results/."""
