"""DPD: tracking as its shipper services and its parcel page tell it."""
