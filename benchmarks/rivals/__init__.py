"""The same job done by Crossdock and by what people use today: `python -m benchmarks.rivals`."""
