"""Swiss Post: its tracking answers become canonical scans."""
