"""Poste Italiane's declaration."""

from crossdock.connectors.poste_italiane.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "poste_italiane",
    "Poste Italiane",
    Listening("Poste Italiane", read),
    summary="Tracking movements of Poste Italiane and SDA.",
    aliases=("posteitaliane", "poste_it", "sda", "sda_it", "crono"),
)
