"""DTDC: its tracking answers become canonical scans."""
