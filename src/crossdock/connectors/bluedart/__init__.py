"""Blue Dart: its tracking answers become canonical scans."""
