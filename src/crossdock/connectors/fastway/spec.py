"""Fastway's declaration."""

from crossdock.connectors.fastway.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "fastway",
    "Fastway",
    Listening("Fastway", read),
    summary="Tracking events of Fastway Couriers (Aramex in Australia and New Zealand).",
    aliases=("fastway_au", "fastway_nz", "fastway_ie", "fastway_za", "fastway_couriers"),
)
