"""Freightcom: tracking by its API, in JSON and in XML."""
