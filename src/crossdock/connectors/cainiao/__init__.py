"""Cainiao: its tracking answers become canonical scans."""
