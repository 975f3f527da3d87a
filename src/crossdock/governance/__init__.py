"""Who may do what, and how long things are kept; the inside meets it through ports/policy."""
