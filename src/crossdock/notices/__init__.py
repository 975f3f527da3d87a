"""Customers' notices in words: templates by kind and language, signed links, and addresses as keyed hashes."""
