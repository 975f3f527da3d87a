"""GLS: parcels, labels, cancellations and end of day over ShipIT, the REST API of the GLS group."""
