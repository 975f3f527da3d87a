"""Evri and Hermes's declaration."""

from crossdock.connectors.evri.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "evri",
    "Evri and Hermes",
    Listening("Evri and Hermes", read),
    summary="Tracking events of Evri (Britain) and of Hermes (Germany).",
    aliases=(
        "hermesworld",
        "my_hermes",
        "hermes_world",
        "hermes",
        "hermes_de",
        "hermes_germany",
        "hermes_uk",
        "myhermes",
        "evri_uk",
    ),
)
