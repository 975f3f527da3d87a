"""ShipEngine, also sold as ShipStation API v2: rates, labels, returns, pickups, manifests and tracking of many carriers."""
