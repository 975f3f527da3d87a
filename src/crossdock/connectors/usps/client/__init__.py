"""Talks to the USPS APIs."""
