"""FedEx: rates, labels, pickups, end of day, address checks and tracking over its REST API."""
