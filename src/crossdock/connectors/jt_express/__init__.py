"""J&T Express: its tracking answers become canonical scans."""
