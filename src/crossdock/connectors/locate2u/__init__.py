"""Locate2u: the state of one stop of a trip, as it is answered or pushed."""
