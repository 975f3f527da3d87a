"""Quantum View files of UPS: what happened to all packages of a subscription, without being asked; pure.

Each kind of element is a kind of event: Manifest, Origin, Exception, Delivery, and Generic with an ActivityType
(Quantum View XML developer guide, response).
"""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, any_text, each, first, text

CODES = Codes("crossdock.connectors.ups")
_AXIS = "ups.quantumView"


def read_files(events: Tree, scans: Scans) -> None:
    """Every file of every subscription. Times are local to the place, without an offset."""
    for file in each(events, "SubscriptionEvents", "SubscriptionFile"):
        for manifest in each(file, "Manifest"):
            _manifest(manifest, scans)
        for kind in ("Origin", "Exception", "Delivery", "Generic"):
            for event in each(file, kind):
                _event(kind, event, scans)


def _manifest(manifest: Tree, scans: Scans) -> None:
    meaning = CODES.meaning(_AXIS, "Manifest")
    for package in each(manifest, "Package"):
        for activity in each(package, "Activity") or [None]:
            day = text(activity, "Date") or text(manifest, "PickupDate")
            clock = text(activity, "Time")
            occurred = scans.when("/Manifest/Package/Activity", at, day, clock) if day else None
            scans.scan(text(package, "TrackingNumber"), occurred, meaning, code="Manifest")


def _event(kind: str, event: Tree, scans: Scans) -> None:
    activity = first(event, "Activity") or event
    day = text(activity, "Date") or text(event, "Date")
    clock = text(activity, "Time") or text(event, "Time")
    occurred = scans.when(f"/{kind}/Date", at, day, clock)
    delivery = first(event, "DeliveryLocation")
    code, said, meaning = _said(kind, event)
    scans.scan(
        text(event, "TrackingNumber"),
        occurred,
        meaning,
        code=code,
        text=said or text(delivery, "Description"),
        place=_place(first(event, "ActivityLocation", "AddressArtifactFormat")),
        signed_by=text(delivery, "SignedForByName"),
    )


def _said(kind: str, event: Tree) -> tuple[str, str, Meaning]:
    if kind == "Generic":
        code = text(event, "ActivityType")
        return code, "", CODES.meaning(_AXIS, code)
    if kind != "Exception":
        return kind, "", CODES.meaning(_AXIS, kind)
    parts = [any_text(event, name) for name in ("StatusDescription", "ReasonDescription")]
    parts.append(text(event, "Resolution", "Description"))
    said = " | ".join(part for part in parts if part)
    codes = [text(event, "StatusCode"), text(event, "ReasonCode")]
    code = "/".join(["Exception", *(each_one for each_one in codes if each_one)])
    reason = CODES.meaning("ups.statusCode", codes[1], parts[1])
    if reason.known and reason.milestone != "unknown":
        return code, said, reason
    return code, said, CODES.meaning(_AXIS, "Exception", said)


def _place(address: Tree) -> Address:
    if type(address) is not dict:
        return Address()
    return Address(
        city=text(address, "PoliticalDivision2"),
        region=text(address, "PoliticalDivision1"),
        postcode=text(address, "PostcodePrimaryLow"),
        country=text(address, "CountryCode"),
    )
