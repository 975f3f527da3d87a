"""USPS: prices, labels, pickups, SCAN forms, addresses and tracking over the USPS APIs, version 3."""
