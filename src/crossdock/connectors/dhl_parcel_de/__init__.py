"""DHL Paket: its XML, its tracking page, its three kinds of codes."""
