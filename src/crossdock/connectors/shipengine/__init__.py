"""ShipEngine, also sold as ShipStation API v2: labels, returns, pickups, manifests and tracking of many carriers."""
