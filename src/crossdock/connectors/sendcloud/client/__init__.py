"""Talks to Sendcloud."""
