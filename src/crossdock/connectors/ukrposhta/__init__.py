"""Ukrposhta: statuses of the status tracking API."""
