"""One folder per partner system, always with the same file names."""
