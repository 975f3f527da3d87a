"""DHL Express: rates, labels, pickups and tracking over the MyDHL API."""
