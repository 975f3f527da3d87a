"""Aramex: answers of the Shipments Tracking API, as SOAP or JSON, and of the South African one."""
