"""Allied Express: scans of its freight by the getShipmentsStatus service."""
