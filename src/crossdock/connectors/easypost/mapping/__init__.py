"""Between EasyPost's words and the canonical model; pure."""
