"""How fast tracking messages are normalised, beside karrio's parsers on the same messages in the same run."""
