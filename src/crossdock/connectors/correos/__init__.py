"""Correos: its locator and Correos Express."""
