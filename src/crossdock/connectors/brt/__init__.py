"""BRT: its tracking answers become canonical scans."""
