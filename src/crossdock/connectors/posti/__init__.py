"""Posti: its tracking answers become canonical scans."""
