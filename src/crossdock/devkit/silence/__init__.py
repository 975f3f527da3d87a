"""A week of orders in which things that are owed do not come: each found in time, and nothing else."""
