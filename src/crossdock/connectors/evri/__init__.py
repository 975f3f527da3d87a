"""Evri and Hermes: Evri in Britain, Hermes in Germany."""
