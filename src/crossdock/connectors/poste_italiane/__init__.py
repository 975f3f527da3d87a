"""Poste Italiane: its tracking answers become canonical scans."""
