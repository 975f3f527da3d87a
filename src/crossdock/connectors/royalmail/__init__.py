"""Royal Mail: Tracking API v2: events and summaries."""
