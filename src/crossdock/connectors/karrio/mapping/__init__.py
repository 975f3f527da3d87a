"""Between karrio and the canonical model; pure."""
