"""Between ShipIT's words and the canonical model; pure."""
