"""Chronopost: its SOAP tracking."""
