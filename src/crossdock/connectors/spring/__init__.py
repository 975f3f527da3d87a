"""Spring GDS: TrackShipment of its XBS API."""
