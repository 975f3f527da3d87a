"""Talks to the MyDHL API."""
