"""UPS: rates, labels, pickups, address checks and tracking over its REST API."""
