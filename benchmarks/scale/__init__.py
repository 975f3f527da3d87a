"""How the work of one PostgreSQL is divided among worker processes."""
