"""Shipwire: tracking updates of its fulfilment service."""
