"""Very many live processes and pending deadlines."""
