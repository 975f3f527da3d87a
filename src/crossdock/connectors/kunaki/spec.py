"""Kunaki's declaration."""

from crossdock.connectors.kunaki.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "kunaki",
    "Kunaki",
    Listening("Kunaki", read),
    summary="Answers of Kunaki, which tell a status without a time and so no event.",
    aliases=("kunaki_xml",),
)
