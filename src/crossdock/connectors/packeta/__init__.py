"""Packeta: its tracking answers become canonical scans."""
