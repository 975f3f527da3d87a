"""Wires that know no partner: they carry bytes, guard where these go, and keep a record."""
