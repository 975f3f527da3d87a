"""Between FedEx's words and the canonical model; pure."""
