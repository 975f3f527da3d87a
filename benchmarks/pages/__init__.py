"""The tower's pages over a large store: `python -m benchmarks.pages`."""
