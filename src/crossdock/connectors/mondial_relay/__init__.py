"""Mondial Relay: WSI2_TracingColisDetaille."""
