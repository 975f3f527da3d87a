"""Zoom2u: the status of one delivery, as it is answered or pushed."""
