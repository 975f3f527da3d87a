"""BoxKnight: what its orders say."""
