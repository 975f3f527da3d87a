"""Correios (Brazil): objects of the tracking API (SRO Rastro)."""
