"""Bridges: canonical events out to brokers and webhooks, messages of brokers in."""
