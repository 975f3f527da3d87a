"""What one machine carries: `python -m benchmarks.local`."""
