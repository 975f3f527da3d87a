"""How much one machine carries, against the shape of a day (`crossdock bench`)."""
