"""Whether a store grows slower with age: `python -m benchmarks.aged`."""
