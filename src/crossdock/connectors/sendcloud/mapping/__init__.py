"""Between Sendcloud's words and the canonical model; pure."""
