"""Ninja Van: webhooks of its order API, old and new statuses."""
