"""Typed settings: read from crossdock.yaml, its included files and the environment, with every fault at its line."""
