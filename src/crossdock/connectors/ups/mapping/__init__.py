"""Between UPS's words and the canonical model; pure."""
