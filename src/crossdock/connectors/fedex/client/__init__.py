"""FedEx's API as it is called, and the order in which labels are bought, found again and cancelled."""
