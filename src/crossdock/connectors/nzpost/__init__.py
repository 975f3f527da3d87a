"""New Zealand Post: tracking by its ParcelTrack API."""
