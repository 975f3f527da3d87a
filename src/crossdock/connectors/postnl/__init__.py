"""PostNL: ShippingStatus and the data of its parcel page."""
