"""Yanwen: its tracking answers become canonical scans."""
