"""Between Amazon's tracking answers (Shipping v1 and v2, fulfilment in SP-API and MWS) and canonical scans; pure."""

import re

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, find, first, text

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
CODES = Codes("crossdock.connectors.amazon_shipping")
_BACK = Meaning("returned", "return")
_MOVES = frozenset({"in_transit", "departed_facility", "arrived_at_facility", "out_for_delivery", "picked_up"})


def read(tree: Tree, scans: Scans) -> None:
    """One package, alone or as ``payload``; errors are refusals."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    errors = each(tree, "errors") + each(tree, "ErrorResponse", "Error")
    for error in errors:
        code, said = any_text(error, "code", "Code"), any_text(error, "message", "Message")
        scans.refusal(f"{code} {said}".strip())
    shipped = [
        one for one in (tree, *each(tree, "payload"), *each(tree)) if type(one) is dict and "eventHistory" in one
    ]
    fulfilled = find(tree, "GetPackageTrackingDetailsResult") or first(tree, "payload") or tree
    events = each(fulfilled, "trackingEvents") + each(fulfilled, "TrackingEvents", "member")
    if shipped:
        _shipping(shipped[0], scans)
    elif events:
        _fulfilment(fulfilled, events, scans)
    elif not errors:
        scans.problem("", "this is none of the shapes Amazon's tracking is known to send")


def _shipping(payload: Tree, scans: Scans) -> None:
    number = text(payload, "trackingId")
    events = each(payload, "eventHistory")
    signed = text(payload, "summary", "proofOfDelivery", "receivedBy")
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for index, event in enumerate(events):
        code, kind = text(event, "eventCode"), text(event, "shipmentType")
        where = first(event, "location")
        scans.scan(
            number,
            scans.when(f"/eventHistory/{index}/eventTime", moment, text(event, "eventTime")),
            _direction(CODES.meaning("amazon.eventCode", code, _words(code)), kind),
            code=code,
            text=kind,
            place=Address(
                city=text(where, "city"),
                region=text(where, "stateOrRegion"),
                postcode=text(where, "postalCode"),
                country=text(where, "countryCode"),
            ),
            signed_by=signed,
        )


def _words(code: str) -> str:
    """``DepartedFacility`` as words: a code nobody has mapped is read by what it is made of."""
    return _CAPITAL.sub(" ", code)


def _direction(meaning: Meaning, kind: str) -> Meaning:
    """What goes back is a return on its way, and with the sender again when it is delivered."""
    if not kind.upper().startswith("RETURN"):
        return meaning
    if meaning.milestone == "delivered":
        return _BACK
    return Meaning("return_in_transit", "return") if meaning.milestone in _MOVES else meaning


def _fulfilment(package: Tree, events: list[Tree], scans: Scans) -> None:
    number = any_text(package, "trackingNumber", "TrackingNumber", "packageNumber", "PackageNumber")
    carrier = any_text(package, "carrierCode", "CarrierCode")
    for index, event in enumerate(events):
        code, said = any_text(event, "eventCode", "EventCode"), any_text(event, "eventDescription", "EventDescription")
        where = first(event, "eventAddress") or first(event, "EventAddress")
        country = any_text(where, "country", "Country")
        scans.scan(
            number,
            scans.when(f"/trackingEvents/{index}/eventDate", moment, any_text(event, "eventDate", "EventDate")),
            CODES.meaning("amazon.fulfilment", code, said),
            code=code,
            text=said,
            place=Address(
                city=any_text(where, "city", "City"),
                region=any_text(where, "state", "State"),
                country=country if len(country) == 2 else "",
            ),
            carrier=carrier,
        )
