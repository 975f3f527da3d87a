"""Between the MyDHL API's words and the canonical model; pure."""
