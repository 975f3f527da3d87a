"""Between ShipEngine's words and the canonical model; pure."""
