"""Between GLS's words and the canonical model; pure."""
