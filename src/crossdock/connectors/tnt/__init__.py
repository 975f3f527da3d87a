"""TNT: tracking by its ExpressConnect answers."""
