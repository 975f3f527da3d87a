"""InPost: ShipX and the group's API."""
