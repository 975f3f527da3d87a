"""SEUR: its tracking answers become canonical scans."""
