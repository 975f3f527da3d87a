"""How carriers' tracking messages are read: trees, times, code tables, phrases, signatures, and the connector they share."""
