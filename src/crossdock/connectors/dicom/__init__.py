"""Dicom (GLS Canada): tracking by its API."""
