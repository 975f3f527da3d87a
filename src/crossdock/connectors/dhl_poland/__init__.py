"""DHL Parcel Poland: DHL24 WebAPI."""
