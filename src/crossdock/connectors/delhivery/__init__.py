"""Delhivery: packages of its tracking API and its scan push."""
