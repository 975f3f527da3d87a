"""A peak day from midnight to midnight with every fault on, in which every figure must be explained."""
