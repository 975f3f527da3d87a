"""GEODIS: the follow-up of consignments."""
