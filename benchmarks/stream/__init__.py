"""The log in three NATS servers beside the log in PostgreSQL alone."""
