"""karrio's unified trackers as scans; pure.

karrio writes a ``timestamp`` with a Z whatever the carrier said, so it is not believed: ``date`` and ``time`` are the
carrier's clock, whose zone nobody says.
"""

from crossdock.model.party import Address
from crossdock.ports.connector import Translation
from crossdock.tracking.codes import Codes
from crossdock.tracking.reading import reading_of
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, each, find, text

CODES = Codes("crossdock.connectors.karrio")
_PACKAGE = "crossdock.connectors.karrio"


def translation_of(body: bytes, partner: str) -> Translation:
    """The scans in a tracker, a list of trackers, or an answer around them."""
    return reading_of(body, partner, "karrio", read, _PACKAGE)


def read(tree: Tree, scans: Scans) -> None:
    """A TrackingDetails of karrio, a list of them, or a page of its server's API (``results``)."""
    trackers = tree if isinstance(tree, list) else each(tree, "results") or [tree]
    for position, tracker in enumerate(trackers):
        if not isinstance(tracker, dict) or not text(tracker, "tracking_number"):
            _other(tracker, scans)
            continue
        for index, event in enumerate(each(tracker, "events")):
            _event(event, tracker, f"/{position}/events/{index}", scans)


def _other(node: Tree, scans: Scans) -> None:
    for message in each(find(node, "messages") or find(node, "errors")):
        scans.refusal(f"{text(message, 'code')} {text(message, 'message')}".strip())
        return
    scans.problem("", "this is no tracker of karrio")


def _event(event: Tree, tracker: Tree, pointer: str, scans: Scans) -> None:
    code, status, said = text(event, "code"), text(event, "status"), text(event, "description")
    occurred = scans.when(f"{pointer}/date", at, text(event, "date"), text(event, "time"), "ymd")
    reason = text(event, "reason")
    raw = "/".join(part for part in (code, status, reason) if part)
    meaning = CODES.meaning("karrio.TrackingIncidentReason", reason) if reason else None
    if meaning is None or not meaning.known:
        meaning = CODES.meaning("karrio.TrackingStatus", status, said)
    scans.scan(
        text(tracker, "tracking_number"),
        occurred,
        meaning,
        code=raw,
        text=said,
        place=Address(city=text(event, "location")),
        carrier=text(tracker, "carrier_name"),
        signed_by=text(tracker, "info", "signed_by"),
    )
