"""A stand-in for karrio's packages, so that the worker and its guards run without them.

There is no endpoint of karrio's to simulate: `stand_in.py` is run as the interpreter of the partner's configuration.
"""
