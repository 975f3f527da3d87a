"""Between Shippo's words and the canonical model; pure."""
