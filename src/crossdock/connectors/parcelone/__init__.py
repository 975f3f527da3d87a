"""Parcel.One: tracking of its REST API."""
