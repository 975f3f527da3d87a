"""Shippo: rates, labels and tracking of many parcel carriers behind one REST API."""
