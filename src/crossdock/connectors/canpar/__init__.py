"""Canpar: tracking by its web services, and Loomis by the same ones."""
