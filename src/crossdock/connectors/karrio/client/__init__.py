"""The process karrio runs in, and who speaks with it."""
