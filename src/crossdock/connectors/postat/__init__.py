"""Austrian Post: its web service and its parcel page."""
