"""Australia Post, eParcel and StarTrack: tracking by the Shipping and Tracking API."""
