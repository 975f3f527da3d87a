"""Talks to Shippo: what each command becomes, and what its refusals mean."""
