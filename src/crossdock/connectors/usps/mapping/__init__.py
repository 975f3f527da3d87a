"""Between USPS's words and the canonical model; pure."""
