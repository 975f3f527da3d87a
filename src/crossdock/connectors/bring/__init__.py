"""Bring: its tracking answers become canonical scans."""
