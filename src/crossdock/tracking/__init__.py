"""How carriers' tracking messages are read: trees, times, code tables, phrases, and the connector they share."""
