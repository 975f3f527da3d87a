"""Between the warehouse dialect and canonical words; pure."""
