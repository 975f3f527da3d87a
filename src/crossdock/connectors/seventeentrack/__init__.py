"""17TRACK: trackings as its API answers them and its webhook pushes them."""
