"""project44: the tracking history of a shipment, answered or pushed."""
