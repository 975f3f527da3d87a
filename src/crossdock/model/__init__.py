"""Canonical documents, events and the pure rules over them; stands on the standard library and msgspec only."""
