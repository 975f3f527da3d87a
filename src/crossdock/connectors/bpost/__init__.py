"""bpost: tracking of its shipping manager and of its parcel page."""
